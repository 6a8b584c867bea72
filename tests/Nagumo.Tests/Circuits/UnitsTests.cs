using Nagumo.Circuits;

namespace Nagumo.Tests.Circuits;

public sealed class UnitsTests
{
    [Fact]
    public void Default_device_maps_as_calculated_by_hand()
    {
        var entry = Reference.Entry("circuit", "circuit.default");
        var units = Units.Of(TunnelDiode.Like1N3716);
        (string Key, double Value)[] expected =
        [
            ("V0", units.Middle),
            ("Vs", units.Span),
            ("I0", units.Offset),
            ("Gs", units.Conductance),
            ("Is", units.Current),
            ("ts", units.Time),
        ];
        foreach (var (key, value) in expected)
            Assert.Equal(entry.Number(key), value, 1e-14 * Math.Abs(value));
        var cell = units.ToPhysical(new(K: 1, Gamma: 0.8, A: 0.7, Tau: 12.5, Diffusion: 1, Coupling: 1, I: 0, T: 0, U: 0, V: 0));
        var map = entry.GetProperty("map_gamma08_tau125");
        Assert.Equal(map.Number("R"), cell.Resistance, 1e-13 * cell.Resistance);
        Assert.Equal(map.Number("L"), cell.Inductance, 1e-13 * cell.Inductance);
        // The entry counts the source from V0 − a Vs as −a Vs against V0 − …: −0.10775 V is V0 − 0.7 Vs with the sign of its polarity.
        Assert.Equal(Math.Abs(map.Number("Vb_minus_V0")), cell.BiasVoltage, 1e-14);
        Assert.Equal(entry.Number("Rc_Du1"), 1 / cell.DiffusionConductance, 1e-12);
    }

    [Fact]
    public void The_cubic_passes_through_peak_and_valley_with_slope_zero()
    {
        foreach (var (_, diode) in TunnelDiode.All)
        foreach (double k in (double[])[0.5, 1, 2])
        {
            var units = Units.Of(diode, k);
            double Current(double v)
            {
                double u = (v - units.Middle) / units.Span;
                return units.Offset - units.Current * k * (u - u * u * u / 3);
            }
            Assert.Equal(diode.PeakCurrent, Current(diode.PeakVoltage), 1e-12 * diode.PeakCurrent);
            Assert.Equal(diode.ValleyCurrent, Current(diode.ValleyVoltage), 1e-12 * diode.PeakCurrent);
            // Central differences of h = 1e-4 Vs: the cubic's own third derivative leaves h²/3 of the slope in the middle.
            double h = 1e-4 * units.Span;
            foreach (double v in (double[])[diode.PeakVoltage, diode.ValleyVoltage])
                Assert.Equal(0, (Current(v + h) - Current(v - h)) / (2 * h) / units.Conductance / k, 1e-8);
        }
    }

    [Fact]
    public void Round_trips_are_exact_to_rounding()
    {
        Gen.Double[1e-3, 1e3]
            .Array[10]
            .ForAll(x =>
            {
                foreach (var (_, diode) in TunnelDiode.All)
                {
                    var units = Units.Of(diode);
                    var cell = new Cell(x[0], x[1], x[2] - 500, x[3], x[4], x[5], x[6] - 500, x[7], x[8] / 300, x[9] - 500);
                    var back = units.ToModel(units.ToPhysical(cell));
                    // A product and a quotient, each rounded; against V0 of the span's size one unit more.
                    Near(cell.K, back.K, 0);
                    Near(cell.Gamma, back.Gamma, 0);
                    Near(cell.A, back.A, 4);
                    Near(cell.Tau, back.Tau, 0);
                    Near(cell.Diffusion, back.Diffusion, 0);
                    Near(cell.Coupling, back.Coupling, 0);
                    Near(cell.I, back.I, 0);
                    Near(cell.T, back.T, 0);
                    Near(cell.U, back.U, 4);
                    Near(cell.V, back.V, 0);
                }
            });

        static void Near(double expected, double actual, double offset) =>
            Assert.Equal(expected, actual, 1e-15 * (Math.Abs(expected) + offset));
    }

    [Theory]
    [InlineData(0.35, 1, 0.065, 0, 1, "valley voltage = 0.065")]
    [InlineData(0.065, 1e-3, 0.35, 2e-3, 1, "peak current = 0.001")]
    [InlineData(0.065, 2e-3, 0.35, 1e-3, 0, "capacitance = 0")]
    [InlineData(0.065, 2e-3, double.NaN, 1e-3, 1, "valley voltage = NaN")]
    public void Impossible_diodes_are_refused(double vp, double ip, double vv, double iv, double c, string message) =>
        Assert.Contains(
            message,
            Assert.ThrowsAny<ArgumentException>(() => new TunnelDiode(vp, ip, vv, iv, c)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_diode_needs_a_cubic() =>
        Assert.Contains(
            "k = 0: give a finite number > 0",
            Assert.ThrowsAny<ArgumentException>(() => Units.Of(TunnelDiode.Like1N3716, 0)).Message,
            StringComparison.Ordinal
        );
}

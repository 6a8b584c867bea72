namespace Nagumo.Circuits;

/// <summary>A tunnel diode by the two extrema of its characteristic, and the capacitance across it.</summary>
/// <remarks>
/// The cubic through them has V0 = (Vp + Vv)/2, Vs = (Vv − Vp)/2, I0 = (Ip + Iv)/2 and the slope −G0 = −3 (Ip − Iv) / (2 (Vv − Vp)) in
/// the middle: i(V) = I0 − G0 (x − x³/(3 Vs²)), x = V − V0. It is exact at peak and valley only. [Nagumo, Arimoto, Yoshizawa 1962,
/// doi:10.1109/JRPROC.1962.288235]
/// </remarks>
/// <param name="PeakVoltage">Vp &gt; 0 in volts.</param>
/// <param name="PeakCurrent">Ip in amperes, above the valley's.</param>
/// <param name="ValleyVoltage">Vv in volts, above the peak's.</param>
/// <param name="ValleyCurrent">Iv ≥ 0 in amperes.</param>
/// <param name="Capacitance">Membrane capacitance C &gt; 0 in farads.</param>
public sealed record TunnelDiode(
    double PeakVoltage,
    double PeakCurrent,
    double ValleyVoltage,
    double ValleyCurrent,
    double Capacitance = 1e-9
)
{
    /// <summary>Like a 1N3716: 4.7 mA at 65 mV, 0.6 mA at 350 mV (the valley is typical, not from a data sheet); 1 nF across it.</summary>
    public static TunnelDiode Like1N3716 { get; } = new(0.065, 4.7e-3, 0.35, 0.6e-3);

    /// <summary>A small diode on a chip: 100 µA at 65 mV, 12 µA at 350 mV, 1 pF.</summary>
    public static TunnelDiode LowPower { get; } = new(0.065, 100e-6, 0.35, 12e-6, 1e-12);

    /// <summary>The devices that have a name.</summary>
    public static IReadOnlyList<(string Name, TunnelDiode Diode)> All { get; } = [("1n3716", Like1N3716), ("low-power", LowPower)];

    /// <summary>The device of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the nearest is suggested.</exception>
    public static TunnelDiode Named(string name) =>
        All.FirstOrDefault(d => d.Name == name).Diode
        ?? throw new ArgumentException($"There is no device '{name}'.{Nearest.Hint(name, [.. All.Select(d => d.Name)])}");

    /// <inheritdoc cref="TunnelDiode"/>
    public double PeakVoltage { get; init; } = Check.Positive("the diode's peak voltage", PeakVoltage);

    /// <inheritdoc cref="TunnelDiode"/>
    public double PeakCurrent { get; init; } =
        Beyond("the diode's peak current", PeakCurrent, ValleyCurrent, $"more than the valley's {ValleyCurrent:R} A");

    /// <inheritdoc cref="TunnelDiode"/>
    public double ValleyVoltage { get; init; } =
        Beyond("the diode's valley voltage", ValleyVoltage, PeakVoltage, $"more than the peak's {PeakVoltage:R} V");

    /// <inheritdoc cref="TunnelDiode"/>
    public double ValleyCurrent { get; init; } = Check.NotNegative("the diode's valley current", ValleyCurrent);

    /// <inheritdoc cref="TunnelDiode"/>
    public double Capacitance { get; init; } = Check.Positive("the diode's capacitance", Capacitance);

    private static double Beyond(string key, double value, double least, string allowed) =>
        Check.That(key, value, value > least && double.IsFinite(value), allowed);
}

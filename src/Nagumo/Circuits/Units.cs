namespace Nagumo.Circuits;

/// <summary>From the model's numbers to volts, amperes, ohms, farads, henries and seconds, and back.</summary>
/// <remarks>
/// u = (V − V0)/Vs, currents in Is = Gs Vs, conductances in Gs, time in ts = C/Gs; an inhibitor is an inductor's current, v = i/Is, or with a
/// gyrator a second capacitor's voltage, v = W/Vs. Then L = τ C/Gs², R = γ/Gs, the bias source stands at V0 − a Vs, and a coupling or
/// diffusion g is a resistor 1/(g Gs). A diode's cubic has the slope G0 = k Gs.
/// </remarks>
/// <param name="Middle">V0 in volts: the membrane's voltage at u = 0.</param>
/// <param name="Span">Vs &gt; 0 in volts: u = 1.</param>
/// <param name="Offset">I0 in amperes: the diode's current at u = 0.</param>
/// <param name="Conductance">Gs &gt; 0 in siemens: a conductance of 1.</param>
/// <param name="Capacitance">C &gt; 0 in farads: a membrane of scale 1.</param>
public sealed record Units(double Middle, double Span, double Offset, double Conductance, double Capacitance)
{
    /// <inheritdoc cref="Units"/>
    public double Middle { get; init; } = Check.Finite("the units' middle", Middle);

    /// <inheritdoc cref="Units"/>
    public double Span { get; init; } = Check.Positive("the units' span", Span);

    /// <inheritdoc cref="Units"/>
    public double Offset { get; init; } = Check.Finite("the units' offset", Offset);

    /// <inheritdoc cref="Units"/>
    public double Conductance { get; init; } = Check.Positive("the units' conductance", Conductance);

    /// <inheritdoc cref="Units"/>
    public double Capacitance { get; init; } = Check.Positive("the units' capacitance", Capacitance);

    /// <summary>The units in which a diode is the cubic of a neuron with strength k.</summary>
    /// <param name="diode">Peak and valley.</param>
    /// <param name="k">Strength k &gt; 0 of the cubic.</param>
    public static Units Of(TunnelDiode diode, double k = 1)
    {
        Check.Positive(nameof(k), k);
        double slope = 3 * (diode.PeakCurrent - diode.ValleyCurrent) / (2 * (diode.ValleyVoltage - diode.PeakVoltage));
        return new(
            (diode.PeakVoltage + diode.ValleyVoltage) / 2,
            (diode.ValleyVoltage - diode.PeakVoltage) / 2,
            (diode.PeakCurrent + diode.ValleyCurrent) / 2,
            slope / k,
            diode.Capacitance
        );
    }

    /// <summary>Is = Gs Vs in amperes: a current of 1.</summary>
    public double Current => Conductance * Span;

    /// <summary>ts = C/Gs in seconds: a time of 1.</summary>
    public double Time => Capacitance / Conductance;

    /// <summary>Vs Is in watts: a power of 1.</summary>
    public double Power => Span * Current;

    /// <summary>From peak to valley, 2 Vs in volts: the scale of a verification.</summary>
    public double FullScale => 2 * Span;

    /// <summary>The model's quantities in physical units.</summary>
    public PhysicalCell ToPhysical(Cell cell) =>
        new(
            cell.K * Conductance,
            cell.Gamma / Conductance,
            Middle - cell.A * Span,
            cell.Tau * Capacitance / (Conductance * Conductance),
            cell.Diffusion * Conductance,
            cell.Coupling * Conductance,
            cell.I * Current,
            cell.T * Time,
            Middle + cell.U * Span,
            cell.V * Current
        );

    /// <summary>Physical quantities in the model's numbers: the inverse of <see cref="ToPhysical"/>, to rounding.</summary>
    public Cell ToModel(PhysicalCell cell) =>
        new(
            cell.DiodeSlope / Conductance,
            cell.Resistance * Conductance,
            (Middle - cell.BiasVoltage) / Span,
            cell.Inductance * (Conductance * Conductance) / Capacitance,
            cell.DiffusionConductance / Conductance,
            cell.CouplingConductance / Conductance,
            cell.Current / Current,
            cell.Time / Time,
            (cell.Voltage - Middle) / Span,
            cell.InhibitorCurrent / Current
        );
}

/// <summary>A FitzHugh–Nagumo neuron in the model's numbers: parameters, couplings, and a state.</summary>
/// <param name="K">Strength k of the cubic.</param>
/// <param name="Gamma">Inhibitor leak γ.</param>
/// <param name="A">Inhibitor bias a.</param>
/// <param name="Tau">Inhibitor time constant τ.</param>
/// <param name="Diffusion">Diffusion D.</param>
/// <param name="Coupling">Coupling conductance g.</param>
/// <param name="I">Current I.</param>
/// <param name="T">Time t.</param>
/// <param name="U">Activator u.</param>
/// <param name="V">Inhibitor v.</param>
public sealed record Cell(
    double K,
    double Gamma,
    double A,
    double Tau,
    double Diffusion,
    double Coupling,
    double I,
    double T,
    double U,
    double V
);

/// <summary>The same neuron in physical units.</summary>
/// <param name="DiodeSlope">k Gs in siemens: the diode's negative conductance in the middle.</param>
/// <param name="Resistance">R of the branch in ohms.</param>
/// <param name="BiasVoltage">The branch's source in volts against ground.</param>
/// <param name="Inductance">L in henries.</param>
/// <param name="DiffusionConductance">D Gs in siemens.</param>
/// <param name="CouplingConductance">g Gs in siemens.</param>
/// <param name="Current">I in amperes.</param>
/// <param name="Time">t in seconds.</param>
/// <param name="Voltage">Membrane voltage in volts.</param>
/// <param name="InhibitorCurrent">The inductor's current in amperes.</param>
public sealed record PhysicalCell(
    double DiodeSlope,
    double Resistance,
    double BiasVoltage,
    double Inductance,
    double DiffusionConductance,
    double CouplingConductance,
    double Current,
    double Time,
    double Voltage,
    double InhibitorCurrent
);

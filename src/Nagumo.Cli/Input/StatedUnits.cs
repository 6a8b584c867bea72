using Nagumo.Neurons;

namespace Nagumo.Cli;

/// <summary>Units as whoever wrote the cells states them: on axes, in prints and in JSON. Models of the library are dimensionless; of a file that states
/// none, nothing is said.</summary>
internal static class StatedUnits
{
    private const string Time = "t",
        Current = "current";

    private static bool IsDimensionless(Settings s) => s.Kinetics.Neuron is { } neuron and not TextNeuron;

    /// <summary>The unit of a variable or parameter; empty where none is stated.</summary>
    public static string Of(Settings s, string name) => s.Kinetics.Units.GetValueOrDefault(name, "");

    /// <summary>The unit of the activator (field 0) or an inhibitor; empty where none is stated.</summary>
    public static string OfField(Settings s, int field) => Of(s, s.Kinetics.Fields[field].Name);

    /// <summary>The unit of the current into the activator: stated, or that of the equations' own I, where a current of 1 does the same as an I of 1.</summary>
    public static string OfCurrent(Settings s) =>
        Of(s, Current) is { Length: > 0 } stated ? stated
        : !s.Parameters.ContainsKey("I") || SimulateNeuron.OwnCurrent(s) is 1 or -1 ? Of(s, "I")
        : "";

    /// <summary>A label with its unit.</summary>
    public static string Label(Settings s, string label, string unit) =>
        unit.Length > 0 ? $"{label} ({unit})"
        : IsDimensionless(s) ? $"{label} (dimensionless)"
        : label;

    /// <summary>"time (ms)".</summary>
    public static string TimeAxis(Settings s) =>
        Of(s, Time) is { Length: > 0 } unit ? $"time ({unit})"
        : IsDimensionless(s) ? "time (activator time constants)"
        : "time";

    /// <summary>"per ms".</summary>
    public static string PerTime(Settings s) =>
        $"per {(Of(s, Time) is { Length: > 0 } unit ? unit : IsDimensionless(s) ? "activator time constant" : "time")}";

    /// <summary>A unit that counts in the cells' own time, "time", "per time", "neurons per time": with the stated unit of time.</summary>
    public static string InTime(Settings s, string unit) =>
        Of(s, Time) is not { Length: > 0 } time ? unit
        : unit == "time" ? time
        : unit.EndsWith(" time", StringComparison.Ordinal) ? unit[..^"time".Length] + time
        : unit;
}

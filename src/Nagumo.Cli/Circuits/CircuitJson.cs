using System.Text.Json.Nodes;
using Nagumo.Circuits;

namespace Nagumo.Cli;

/// <summary>What the results of the circuit commands share.</summary>
internal static class CircuitJson
{
    /// <summary>The units of a circuit.</summary>
    public static JsonObject Of(Units units) =>
        new()
        {
            ["middle_v"] = units.Middle,
            ["span_v"] = units.Span,
            ["offset_a"] = units.Offset,
            ["conductance_s"] = units.Conductance,
            ["capacitance_f"] = units.Capacitance,
            ["current_a"] = units.Current,
            ["time_s"] = units.Time,
        };
}

using Nagumo.Learning;

namespace Nagumo.Circuits;

/// <summary>Ready networks for circuits: small enough to be drawn, simulated and built.</summary>
/// <remarks>The configurations, with the reasons for their numbers, are the files <c>Circuits/Presets/NAME.json</c>.</remarks>
public static class CircuitPresets
{
    private static readonly PresetFiles Files = new(
        "circuit preset",
        [
            ("iris-fhn", "iris through three layers of FHN neurons, 4-30-30-3, signed weights as transconductor pairs"),
            ("iris-rails", "the same from passive resistors between differential rails"),
            ("iris", "iris through one layer of FHN neurons, 4-6-3: small enough to learn in ngspice"),
        ]
    );

    /// <summary>Names and one-line summaries.</summary>
    public static IReadOnlyList<(string Name, string Summary)> All => Files.All;

    /// <summary>The experiment of a preset; its data set is iris.</summary>
    /// <exception cref="ArgumentException">No such preset; the nearest is suggested.</exception>
    public static Experiment Get(string name) => Files.Get(name);

    /// <summary>The file of a preset, as JSON text with comments: <see cref="Get"/> reads it, and a configuration of one's own can start from it.</summary>
    /// <exception cref="ArgumentException">No such preset; the nearest is suggested.</exception>
    public static string Text(string name) => Files.Text(name);
}

namespace Nagumo.Learning;

/// <summary>Experiments that ship inside: one configuration each, <c>Presets/NAME.json</c>, read when it is asked for.</summary>
/// <param name="kind">What an error calls them: "preset".</param>
/// <param name="all">Their names and one-line summaries, in the order of lists.</param>
internal sealed class PresetFiles(string kind, IReadOnlyList<(string Name, string Summary)> all)
{
    /// <summary>Names and one-line summaries.</summary>
    public IReadOnlyList<(string Name, string Summary)> All => all;

    /// <summary>The experiment of a preset.</summary>
    /// <exception cref="ArgumentException">No such preset; the nearest is suggested.</exception>
    public Experiment Get(string name) => Experiment.FromJson(Text(name));

    /// <summary>The file of a preset.</summary>
    /// <exception cref="ArgumentException">No such preset; the nearest is suggested.</exception>
    public string Text(string name)
    {
        string[] names = [.. all.Select(p => p.Name)];
        if (!names.Contains(name))
            throw new ArgumentException($"There is no {kind} '{name}'.{Nearest.Hint(name, names)}");
        using var file = new StreamReader(typeof(PresetFiles).Assembly.GetManifestResourceStream($"Nagumo.Presets.{name}.json")!);
        return file.ReadToEnd();
    }
}

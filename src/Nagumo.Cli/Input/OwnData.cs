using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>A user's own data on the command line: files and folders beside the sets that are known by name.</summary>
internal static class OwnData
{
    /// <summary>Whether data are a file or folder rather than a set that is known by its name.</summary>
    public static bool IsOwn(DataOptions data) => DataSets.All.All(known => known.Name != data.Source);

    /// <summary>The section "data" that the options of <c>data describe</c> stand for.</summary>
    /// <param name="source">What is described.</param>
    /// <param name="test">--test; null without.</param>
    /// <param name="set">--set; keys of the section "data" only.</param>
    public static DataOptions Options(string source, string? test, string[] set)
    {
        if (set.FirstOrDefault(a => !a.TrimStart().StartsWith("data.", StringComparison.Ordinal)) is { } other)
            throw new InputException($"--set {other}: only keys of the section 'data' act here, such as data.target=COLUMN.");
        var data = new Experiment(new([], []), new("out"), Data: source).With(set).Data;
        return test is null ? data : data with { Test = test };
    }

    /// <summary>--data and --test as assignments, before all others, whose keys may be within them.</summary>
    public static IEnumerable<string> Assignments(string? data, string? test)
    {
        if (data is not null)
            yield return $"data={Known(data)}";
        if (test is not null)
            yield return File.Exists(test) || Directory.Exists(test)
                ? $"data.test={Path.GetFullPath(test)}"
                : throw new InputException($"--test: there is no file or folder '{test}'. A share is a key: --set data.test=0.2");
    }

    /// <summary>The name of a set, or the full path of a file or folder.</summary>
    /// <exception cref="InputException">There is neither.</exception>
    public static string Known(string data) =>
        !IsOwn(data) ? data
        : Path.Exists(data) ? Path.GetFullPath(data)
        : throw new InputException(
            IsLikePath(data)
                ? $"there is no file or folder '{data}'."
                : $"there is no data set, file or folder '{data}'.{Nearest.Hint(data, [.. DataSets.All.Select(d => d.Name)])}"
        );

    /// <summary>The same data with every path from the root on, so that a run finds them from anywhere.</summary>
    /// <param name="data">Data whose paths count from a folder.</param>
    /// <param name="folder">That folder; empty for the present one.</param>
    public static DataOptions Rooted(DataOptions data, string folder)
    {
        if (!IsOwn(data))
            return data;
        string Full(string path) => Path.GetFullPath(Path.Combine(folder, path));
        // A name that is no set's is no path either: it shall be named as it was given.
        bool isPath = IsLikePath(data.Source) || Path.Exists(Full(data.Source));
        return data with
        {
            Source = isPath ? Full(data.Source) : data.Source,
            Test = data.Test is null || data.TestShare is not null ? data.Test : Full(data.Test),
            TestIndices = data.TestIndices is null ? null : Full(data.TestIndices),
            Y = data.Y is { } y && File.Exists(Full(y)) ? Full(y) : data.Y,
        };
    }

    /// <summary>Loads the data of an experiment that is to be trained or looked at untrained.</summary>
    /// <param name="data">The data.</param>
    /// <param name="error">Receives progress and what is to be known.</param>
    /// <param name="cancel">Ends a download.</param>
    public static (DataSet Data, Preparation? Preparation) Load(DataOptions data, TextWriter error, CancellationToken cancel = default)
    {
        if (!IsOwn(data))
            return (Target.Load(data.Source, error, cancel), null);
        _ = Known(data.Source);
        var prepared = PreparedData.Load(data);
        Say(prepared, error);
        if (data.Sha256 is { } before && before != prepared.Preparation.Sha256)
            error.WriteLine($"note: {data.Source} has changed since this configuration was written: its results will be others");
        return (prepared.Data, prepared.Preparation);
    }

    /// <summary>Loads data as a trained network understands them: its own, or others that are named.</summary>
    /// <param name="experiment">The configuration of the run.</param>
    /// <param name="preparation">How its own data were made ready; null where they are a set that is known by name.</param>
    /// <param name="named">--data; null for the run's own.</param>
    /// <param name="error">Receives progress and what is to be known.</param>
    public static DataSet LoadLike(Experiment experiment, Preparation? preparation, string? named, TextWriter error)
    {
        var data = named is null
            ? experiment.Data
            : experiment.Data with
            {
                Source = Known(named),
                Test = null,
                TestIndices = null,
                Sha256 = null,
            };
        if (!IsOwn(data))
            return Target.Load(data.Source, error);
        if (preparation is null)
            throw new InputException(
                IsOwn(experiment.Data)
                    ? $"no {Preparation.FileName} beside the weights says how a file becomes the network's inputs: name the folder of a run that was trained on a file, or a data set."
                    : $"the network was trained on '{experiment.Data}', and how a file becomes its inputs is not known: name a data set, or train on the file first."
            );
        _ = named ?? Known(data.Source);
        bool isItsOwn = named is null || data.Source == experiment.Data.Source;
        var prepared = isItsOwn ? PreparedData.Load(experiment.Data, preparation) : PreparedData.LoadOther(data, preparation);
        Say(prepared, error);
        return prepared.Data;
    }

    private static void Say(PreparedData prepared, TextWriter error)
    {
        foreach (string note in prepared.Notes)
            error.WriteLine($"{prepared.Data.Name}: {note}");
    }

    private static bool IsLikePath(string data) => data.Contains('/') || data.Contains('\\') || Path.HasExtension(data);
}

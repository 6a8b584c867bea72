using System.CommandLine;

namespace Nagumo.Cli;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    /// <summary>--set KEY=VALUE, repeatable.</summary>
    public static Option<string[]> Set(string description) =>
        new("--set")
        {
            Description = description,
            HelpName = "KEY=VALUE",
            Arity = ArgumentArity.OneOrMore,
            DefaultValueFactory = _ => [],
        };

    /// <summary>--set of a configuration's keys.</summary>
    public static Option<string[]> SetKey(string example) => Set($"Change a key of the configuration, e.g. {example}; repeatable");

    /// <summary>--threads N.</summary>
    public static Option<int?> Threads(string description = "Threads") =>
        new("--threads") { Description = $"{description} [default: all cores]", HelpName = "N" };

    /// <summary>How many threads to use; one that cannot be had is refused.</summary>
    public static int ThreadCount(this ParseResult parsed, Option<int?> threads)
    {
        int count = parsed.GetValue(threads) ?? Environment.ProcessorCount;
        return count is >= 1 and <= 1024 ? count : throw new InputException($"--threads {count}: give 1 to 1024.");
    }

    /// <summary>Refuses seeds beyond the largest one, which would begin at 0 again.</summary>
    /// <exception cref="InputException">first + count − 1 is too large.</exception>
    public static void RequireSeeds(ulong first, int count)
    {
        if (ulong.MaxValue - first < (ulong)(count - 1))
            throw new InputException(
                $"{count} seeds from {first} on go beyond the largest, {ulong.MaxValue}: give a smaller --seed, or fewer --seeds."
            );
    }

    /// <summary>--data: a set, a file or a folder.</summary>
    public static Option<string?> Data(string description)
    {
        var option = new Option<string?>("--data") { Description = description, HelpName = "FILE|FOLDER|NAME" };
        option.CompletionSources.Add(_ => Nagumo.Data.DataSets.All.Select(d => new System.CommandLine.Completions.CompletionItem(d.Name)));
        return option;
    }

    /// <summary>--no-pictures: everything but the drawings.</summary>
    public static Option<bool> NoPictures() => new("--no-pictures") { Description = "Draw no pictures" };

    /// <summary>--out: where files go.</summary>
    public static Option<string?> Out(string description, string name = "DIR") =>
        new("--out") { Description = description, HelpName = name };

    /// <summary>--json: one object instead of text.</summary>
    public static Option<bool> Json(string what = "the result as one JSON object") => new("--json") { Description = $"Print {what}" };
}

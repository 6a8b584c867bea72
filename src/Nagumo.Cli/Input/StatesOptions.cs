using System.CommandLine;
using System.Globalization;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Relaxation;

namespace Nagumo.Cli;

/// <summary>States that were written: the file, and which phase reached what.</summary>
internal sealed record WrittenStates(string File, string Phase)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File} ({Phase})";
}

/// <summary>The options of commands that leave rest states in a file, and the leaving.</summary>
/// <param name="nudges">Whether targets are known, so that states can be nudged.</param>
internal sealed class StatesOptions(bool nudges)
{
    private readonly Option<string?> _file = new("--states")
    {
        Description = "Write the rest states to this file: u and v of every population, readout, residual, sweeps",
        HelpName = "FILE.npz",
    };
    private readonly Option<double?> _nudge = new("--nudge")
    {
        Description = "With --states: nudged by this β, the constant current −β ∂C/∂u of the free state",
        HelpName = "BETA",
    };
    private readonly Option<bool> _watch = new("--watch") { Description = "With --states: the state after each sweep as well" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_file);
        if (nudges)
            command.Add(_nudge);
        command.Add(_watch);
    }

    /// <summary>Whether states are wanted.</summary>
    /// <exception cref="InputException">Another of the options without <c>--states</c>, or a file that is no .npz.</exception>
    public bool Wanted(ParseResult parsed)
    {
        if (parsed.GetValue(_file) is not { } file)
        {
            string? alone =
                parsed.GetValue(_watch) ? "--watch"
                : Beta(parsed) is not null ? "--nudge"
                : null;
            return alone is null ? false : throw new InputException($"{alone} says what --states writes: give --states FILE.npz as well.");
        }
        if (!file.EndsWith(".npz", StringComparison.OrdinalIgnoreCase))
            throw new InputException($"--states {file}: name a file that ends in .npz.");
        if (Beta(parsed) is { } beta && (beta == 0 || !double.IsFinite(beta)))
            throw new InputException($"--nudge {beta}: give a β that is not 0; without --nudge the states are free.");
        OutputPath.OfFile(file, "npz file", "PK");
        return true;
    }

    /// <summary>Relaxes samples and writes their states.</summary>
    public WrittenStates Write(
        ParseResult parsed,
        Trainer trainer,
        Samples set,
        int[] samples,
        SweepOptions? options,
        bool hasTargets = true
    )
    {
        string file = parsed.GetRequiredValue(_file)!;
        double beta = Beta(parsed) ?? 0;
        var states = trainer.States(set, samples, options, beta, parsed.GetValue(_watch), hasTargets);
        Npz.Write(file, states.Arrays);
        string phase = beta == 0 ? "free phase" : string.Create(CultureInfo.InvariantCulture, $"nudged phase, beta = {beta:R}"),
            reached = Report.Relaxed(states.Relaxation.NotConverged, states.Relaxation.Sweeps, states.Relaxation.Residual);
        return new(file, $"{phase}{(parsed.GetValue(_watch) ? ", watched" : "")}: {reached}");
    }

    private double? Beta(ParseResult parsed) => nudges ? parsed.GetValue(_nudge) : null;
}

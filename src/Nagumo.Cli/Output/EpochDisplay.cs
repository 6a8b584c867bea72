using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>Shows how training goes, on standard error: one line per epoch; a subclass adds what moves.</summary>
internal class EpochDisplay : IProgress<Progress>, IDisposable
{
    private readonly TextWriter _error;
    private readonly Experiment _experiment;
    private readonly string _label;
    private readonly int _samples,
        _done;
    private double _seconds;

    protected EpochDisplay(TextWriter error, Experiment experiment, string label, string score, int samples, int done) =>
        (_error, _experiment, _label, Score, _samples, _done) = (error, experiment, label, score, samples, done);

    /// <summary>The display that suits where standard error goes.</summary>
    public static EpochDisplay For(TextWriter error, Experiment experiment, string label, string score, int samples, int done) =>
        Terminal.IsLive(error)
            ? new LiveDisplay(error, experiment, label, score, samples, done)
            : new EpochDisplay(error, experiment, label, score, samples, done);

    /// <summary>Says what is about to happen.</summary>
    public void Begin(string folder, DataSet data, int threads) =>
        Lines(
            Page.Broken(
                $"{_label} on {data.Name}, {Counted.Of(_samples, "sample")}, seed {_experiment.Seed}, {Counted.Of(threads, "thread")} → {folder}"
                    + Chip.Of(_experiment, ", on ")
                    + (_done > 0 ? $" (continuing after epoch {_done} of {_experiment.Epochs})" : ""),
                Terminal.Width(_error)
            )
        );

    /// <summary>An epoch is done and saved.</summary>
    public virtual void Epoch(EpochMetrics m, double seconds)
    {
        _seconds += seconds;
        double left = (_experiment.Epochs - m.Epoch) * _seconds / (m.Epoch - _done);
        string width = $"{_experiment.Epochs}";
        bool isFixed = _experiment.Free.Tolerance == 0;
        string[] parts =
        [
            $"epoch {m.Epoch.ToString().PadLeft(width.Length)}/{width}",
            $"loss {Terminal.Short(m.TrainLoss), -7}",
            $"{Scores.Name(m.Score)} {Scores.Text(m.Score, m.TrainScore), 7}",
            .. m.ValidationScore is { } v ? (string[])[$"validation {Scores.Text(m.Score, v)}"] : [],
            m.Epoch == _experiment.Epochs ? $"in {Terminal.Duration(_seconds)}" : $"ETA {Terminal.Duration(left)}",
            $"{Terminal.Count((long)(_samples / seconds))}/s",
            .. Sweeps(m.FreeSweeps, m.NudgedSweeps),
            $"residual {Terminal.Short(Math.Max(m.FreeResidual, m.NudgedResidual))}",
            .. isFixed ? (string[])[] : [$"{Terminal.Count(m.NotConverged)} not converged"],
        ];
        Lines(Page.Filled(parts, Terminal.Width(_error)));
    }

    /// <summary>"30 free + 20 nudged fixed sweeps"; the most of the epoch, which are more than were asked for where a batch was brought to rest by other methods.</summary>
    protected string[] Sweeps(int free, int nudged)
    {
        var (asked, then) = (_experiment.Free, _experiment.Nudged.MaxSweeps);
        return asked.Tolerance > 0 ? [$"{free} free + {nudged} nudged sweeps"]
            : free <= asked.MaxSweeps && nudged <= then ? [$"{free} free + {nudged} nudged fixed sweeps"]
            : [$"{free} free + {nudged} nudged sweeps", $"{asked.MaxSweeps} + {then} did not settle"];
    }

    /// <summary>The last epoch is done; the test set is being relaxed.</summary>
    public virtual void Testing() { }

    /// <inheritdoc/>
    public virtual void Report(Progress value) { }

    /// <inheritdoc/>
    public virtual void Dispose() { }

    private void Lines(IEnumerable<string> lines)
    {
        foreach (string line in lines)
            Line(line);
    }

    /// <summary>Writes a line that stays.</summary>
    protected virtual void Line(string text) => _error.WriteLine(text);

    /// <summary>The experiment on show.</summary>
    protected Experiment Experiment => _experiment;

    /// <summary>What the score is called.</summary>
    protected string Score { get; }
}

using Nagumo.Data;
using Nagumo.Learning;

namespace Nagumo.Cli;

/// <summary>Shows how training goes, on standard error: one line per epoch; a subclass adds what moves.</summary>
internal class EpochDisplay : IProgress<Progress>, IDisposable
{
    private readonly TextWriter _error;
    private readonly Experiment _experiment;
    private readonly int _samples,
        _done;
    private double _seconds;

    protected EpochDisplay(TextWriter error, Experiment experiment, int samples, int done) =>
        (_error, _experiment, _samples, _done) = (error, experiment, samples, done);

    /// <summary>The display that suits where standard error goes.</summary>
    public static EpochDisplay For(TextWriter error, Experiment experiment, int samples, int done) =>
        Terminal.IsLive(error) ? new LiveDisplay(error, experiment, samples, done) : new EpochDisplay(error, experiment, samples, done);

    /// <summary>Says what is about to happen.</summary>
    public void Begin(string folder, DataSet data, int threads) =>
        Line(
            $"{_experiment.Name} on {data.Name}, {Terminal.Count(_samples)} samples, seed {_experiment.Seed}, {threads} thread{(threads == 1 ? "" : "s")} → {folder}"
                + Chip.Of(_experiment, ", on ")
                + (_done > 0 ? $" (continuing after epoch {_done} of {_experiment.Epochs})" : "")
        );

    /// <summary>An epoch is done and saved.</summary>
    public virtual void Epoch(EpochMetrics m, double seconds)
    {
        _seconds += seconds;
        double left = (_experiment.Epochs - m.Epoch) * _seconds / (m.Epoch - _done);
        string width = $"{_experiment.Epochs}";
        string validation = m.ValidationErrorPercent is { } v ? $"  validation {Terminal.Percent(v)}" : "";
        string end = m.Epoch == _experiment.Epochs ? $"in {Terminal.Duration(_seconds)}" : $"ETA {Terminal.Duration(left)}";
        Line(
            $"epoch {m.Epoch.ToString().PadLeft(width.Length)}/{width}  loss {Terminal.Short(m.TrainLoss), -7} error {Terminal.Percent(m.TrainErrorPercent), 7}{validation}  "
                + $"{Relaxation(m.FreeSweeps, m.NudgedSweeps, Math.Max(m.FreeResidual, m.NudgedResidual), m.NotConverged)}  "
                + $"{Terminal.Count((long)(_samples / seconds))}/s  {end}"
        );
    }

    /// <summary>The last epoch is done; the test set is being relaxed.</summary>
    public virtual void Testing() { }

    /// <inheritdoc/>
    public virtual void Report(Progress value) { }

    /// <inheritdoc/>
    public virtual void Dispose() { }

    /// <summary>Writes a line that stays.</summary>
    protected virtual void Line(string text) => _error.WriteLine(text);

    /// <summary>The experiment on show.</summary>
    protected Experiment Experiment => _experiment;

    /// <summary>Sweeps, residual, and how many did not converge.</summary>
    private string Relaxation(int free, int nudged, double residual, int notConverged)
    {
        bool isFixed = _experiment.Free.Tolerance == 0;
        return $"{free}+{nudged} {(isFixed ? "fixed " : "")}sweeps  residual {Terminal.Short(residual)}"
            + (isFixed ? "" : $"  {Terminal.Count(notConverged)} not converged");
    }
}

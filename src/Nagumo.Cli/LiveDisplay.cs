using Nagumo.Learning;
using Spectre.Console;
using Progress = Nagumo.Learning.Progress;

namespace Nagumo.Cli;

/// <summary>A moving line under the epochs' lines: bar, loss, error, sweeps, residual, speed, time left.</summary>
internal sealed class LiveDisplay : EpochDisplay
{
    private const int Refresh = 120;
    private readonly IAnsiConsole _console;
    private readonly ManualResetEventSlim _finished = new();
    private readonly Lock _gate = new();
    private readonly Thread _thread;
    private ProgressTask? _task;
    private Progress _latest;

    public LiveDisplay(TextWriter error, Experiment experiment, int samples, int done)
        : base(error, experiment, samples, done)
    {
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        var ready = new ManualResetEventSlim();
        // Spectre runs its display around a delegate; the trainer stays on its own thread.
        _thread = new(() =>
            _console
                .Progress()
                .AutoClear(true)
                .Columns(new ProgressBarColumn { Width = 20 }, new TaskDescriptionColumn { Alignment = Justify.Left })
                .Start(context =>
                {
                    _task = context.AddTask("starting", maxValue: samples);
                    ready.Set();
                    while (!_finished.Wait(Refresh))
                        Update();
                })
        )
        {
            IsBackground = true,
        };
        _thread.Start();
        ready.Wait();
    }

    /// <inheritdoc/>
    public override void Report(Progress value)
    {
        lock (_gate)
            _latest = value;
    }

    /// <inheritdoc/>
    public override void Testing()
    {
        lock (_gate)
            _latest = default;
        _task!.Description = "relaxing the test set";
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _finished.Set();
        _thread.Join();
        _finished.Dispose();
    }

    /// <inheritdoc/>
    protected override void Line(string text) => _console.WriteLine(text);

    private void Update()
    {
        Progress p;
        lock (_gate)
            p = _latest;
        if (p.Samples == 0)
            return;
        double rate = p.Samples / p.Seconds,
            left = ((Experiment.Epochs - p.Epoch + 1) * (double)p.Of - p.Samples) / rate;
        _task!.Value = p.Samples;
        _task.Description = Markup.Escape(
            $"{p.Epoch}/{Experiment.Epochs}  loss {Terminal.Short(p.Loss)}  error {Terminal.Percent(p.ErrorPercent)}  "
                + $"{Relaxation(p.Free.Sweeps, p.Nudged.Sweeps, Math.Max(p.Free.Residual, p.Nudged.Residual), p.Free.NotConverged)}  "
                + $"{Terminal.Count((long)rate)}/s  ETA {Terminal.Duration(left)}"
        );
    }
}

using Nagumo.Learning;
using Spectre.Console;
using Progress = Nagumo.Learning.Progress;

namespace Nagumo.Cli;

/// <summary>A moving line under the epochs' lines: bar, loss, error, sweeps, residual, speed, time left.</summary>
internal sealed class LiveDisplay : EpochDisplay
{
    private const int Refresh = 120,
        WidthForBar = 110,
        BarWidth = 16,
        Margin = 2;
    private readonly IAnsiConsole _console;
    private readonly ManualResetEventSlim _finished = new();
    private readonly Lock _gate = new();
    private readonly Thread _thread;
    private ProgressTask? _task;
    private Progress _latest;

    public LiveDisplay(TextWriter error, Experiment experiment, string label, string score, int samples, int done)
        : base(error, experiment, label, score, samples, done)
    {
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Terminal.Raw(error)) });
        _console.Profile.Width = Terminal.Width(error);
        ProgressColumn[] text = [new TaskDescriptionColumn { Alignment = Justify.Left }];
        var ready = new ManualResetEventSlim();
        // Spectre runs its display around a delegate; the trainer stays on its own thread.
        _thread = new(() =>
            _console
                .Progress()
                .AutoClear(true)
                .Columns(_console.Profile.Width >= WidthForBar ? [new ProgressBarColumn { Width = BarWidth }, .. text] : text)
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
    protected override void Line(string text) => _console.WriteLine(PlainWriter.Escaped(text));

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
        // One line only: what does not fit is left out, from the end.
        bool isFixed = Experiment.Free.Tolerance == 0;
        string[] parts =
        [
            $"{p.Epoch}/{Experiment.Epochs} {100L * p.Samples / p.Of, 3} %",
            $"loss {Terminal.Short(p.Loss)}",
            $"{Scores.Name(Score)} {Scores.Text(Score, p.Score)}",
            $"{Terminal.Count((long)rate)}/s",
            $"ETA {Terminal.Duration(left)}",
            .. Sweeps(p.Free.Sweeps, p.Nudged.Sweeps),
            $"residual {Terminal.Short(Math.Max(p.Free.Residual, p.Nudged.Residual))}",
            .. isFixed ? (string[])[] : [$"{Terminal.Count(p.Free.NotConverged)} not converged"],
        ];
        _task.Description = Markup.Escape(
            Page.Filled(parts, _console.Profile.Width - (_console.Profile.Width >= WidthForBar ? BarWidth + 2 : 0) - Margin).First()
        );
    }
}

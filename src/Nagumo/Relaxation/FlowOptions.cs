namespace Nagumo.Relaxation;

/// <summary>How the physical flow is integrated, and when it stops.</summary>
/// <param name="Method">"runge-kutta-4" (fixed step), "dormand-prince-5" or "bogacki-shampine-3" (adaptive).</param>
/// <param name="Step">Fixed step, or the first step of an adaptive method; &gt; 0, in units of the activators' time constant.</param>
/// <param name="MaxTime">Most simulated time, &gt; 0.</param>
/// <param name="MaxSteps">Most steps, ≥ 1.</param>
/// <param name="Tolerance">Stop when every lane's residual (max-norm of ∇H) is at most this; 0 runs to the end.</param>
/// <param name="Error">Adaptive: largest local error of a field in one step, &gt; 0; the residual settles near this.</param>
/// <param name="TauRatio">Multiplies every inhibitor's time constant, &gt; 0.</param>
internal sealed record FlowOptions(
    string Method = "dormand-prince-5",
    double Step = 0.05,
    double MaxTime = 1000,
    int MaxSteps = 200_000,
    double Tolerance = 1e-9,
    double Error = 1e-11,
    double TauRatio = 1
)
{
    /// <inheritdoc cref="FlowOptions"/>
    public double Step { get; init; } = Check.Positive("flow.step", Step);

    /// <inheritdoc cref="FlowOptions"/>
    public double MaxTime { get; init; } = Check.Positive("flow.max_time", MaxTime);

    /// <inheritdoc cref="FlowOptions"/>
    public int MaxSteps { get; init; } = Check.AtLeast("flow.max_steps", MaxSteps, 1);

    /// <inheritdoc cref="FlowOptions"/>
    public double Tolerance { get; init; } = Check.That("flow.tolerance", Tolerance, Tolerance >= 0, "a number ≥ 0");

    /// <inheritdoc cref="FlowOptions"/>
    public double Error { get; init; } = Check.Positive("flow.error", Error);

    /// <inheritdoc cref="FlowOptions"/>
    public double TauRatio { get; init; } = Check.Positive("flow.tau_ratio", TauRatio);

    /// <summary>The table of <see cref="Method"/>.</summary>
    public ButcherTable Table =>
        ButcherTable.All.FirstOrDefault(t => t.Name == Method)
        ?? throw new ArgumentException($"flow.method = '{Method}'.{Nearest.Hint(Method, [.. ButcherTable.All.Select(t => t.Name)])}");
}

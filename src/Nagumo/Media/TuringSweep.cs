namespace Nagumo.Media;

/// <summary>The inhibitor's diffusion scanned across the onset of one mode's Turing instability.</summary>
public static class TuringSweep
{
    /// <summary>A disturbance, in the neuron's own unit of u.</summary>
    private const double Small = 1e-6;

    /// <summary>Measures at D_v = D_v,n (1 ± distance).</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="options">The chain, zero-flux; its D_v is what is scanned.</param>
    /// <param name="rest">The uniform rest state.</param>
    /// <param name="mode">Mode n; null for the first to become unstable.</param>
    /// <param name="distances">At least three different ones, &gt; 0.</param>
    /// <param name="progress">Receives the fraction done.</param>
    /// <param name="cancel">Ends the sweep after a point; what is there is returned.</param>
    /// <exception cref="ArgumentException">No onset, or a subcritical one.</exception>
    public static OnsetSweep Run(
        PlanarNeuron neuron,
        ChainOptions options,
        RestState rest,
        int? mode,
        IReadOnlyList<double> distances,
        Action<double>? progress = null,
        CancellationToken cancel = default
    )
    {
        double[] sorted = OnsetSweep.Checked(distances);
        if (options.Ends != ChainEnds.ZeroFlux)
            throw new ArgumentException(
                "a Turing sweep needs zero-flux ends: on a ring the pattern can slide, so its rest state is not isolated."
            );
        var uniform = new Dispersion(neuron, rest, options.DiffusionU, options.DiffusionV);
        int n = mode ?? FirstMode(uniform, options);
        double lambda = Dispersion.Lambda(n, options.Cells, options.Ends);
        double onset =
            uniform.OnsetOf(lambda)
            ?? throw new ArgumentException(
                $"mode {n} of {options.Cells} neurons never becomes unstable at d_u = {options.DiffusionU:R}: there is no onset to sweep."
            );
        var critical = new Dispersion(neuron, rest, options.DiffusionU, onset);
        if (!(critical.Amplitude(lambda).Saturation > 0))
            throw new ArgumentException(
                $"the onset of mode {n} is subcritical (saturation {critical.Amplitude(lambda).Saturation:G3} < 0): the pattern is born large, so there is no exponent. Choose a current or a nearer the symmetric point."
            );
        var points = new List<OnsetPoint>();
        foreach (double mu in sorted)
        {
            if (cancel.IsCancellationRequested)
                break;
            var (chain, theory) = At(onset * (1 + mu));
            var (calm, calmTheory) = At(onset * (1 - mu));
            var (drive, saturation) = theory.Amplitude(lambda);
            double amplitude = Math.Sqrt(drive / saturation),
                growth = theory.Growth(lambda),
                decay = calmTheory.Growth(lambda);
            var pattern = ChainRest.Find(chain, Pattern.Seed(chain, rest, n, amplitude), 1e-12, cancel: cancel);
            double settled = Pattern.Amplitude(pattern.State.AsSpan(0, options.Cells), n);
            var point = new OnsetPoint(
                mu,
                Math.Abs(settled),
                amplitude,
                Rate(chain, n, chain.Uniform(rest.U, rest.V), 0, growth, cancel),
                growth,
                Rate(calm, n, calm.Uniform(rest.U, rest.V), 0, decay, cancel),
                decay,
                Rate(chain, n, pattern.State, settled, -2 * growth, cancel),
                -2 * growth
            );
            if (cancel.IsCancellationRequested)
                break;
            points.Add(point);
            progress?.Invoke(points.Count / (double)sorted.Length);
        }
        if (points.Count < 3)
            cancel.ThrowIfCancellationRequested();
        // A' = λA − cA³ with A² = drive/saturation at rest: c = saturation · dλ/d(drive).
        double step = 1e-6 * onset,
            perDrive =
                critical.GrowthPerDiffusion(lambda)
                * 2
                * step
                / (At(onset + step).Theory.Amplitude(lambda).Drive - At(onset - step).Theory.Amplitude(lambda).Drive);
        return new(
            "d_v",
            "relative",
            onset,
            onset,
            points,
            CriticalSlope(At(onset).Chain, rest, n, cancel),
            2 * critical.Amplitude(lambda).Saturation * perDrive
        );

        (Chain Chain, Dispersion Theory) At(double dv) =>
            (new(neuron, options with { DiffusionV = dv }), new(neuron, rest, options.DiffusionU, dv));
    }

    /// <summary>The mode whose onset comes first.</summary>
    private static int FirstMode(Dispersion uniform, ChainOptions options)
    {
        if (!uniform.IsUniformStable || uniform.Onset is null)
            throw new ArgumentException(
                "the uniform rest state is not stable, or no wave of any length ever grows on it: there is no Turing onset. The inhibitor must be fast (tau < gamma/g) and the activator excitatory at rest."
            );
        return Enumerable
            .Range(1, options.Cells - 1)
            .MinBy(n => uniform.OnsetOf(Dispersion.Lambda(n, options.Cells, options.Ends)) ?? double.PositiveInfinity);
    }

    /// <summary>The rate at which mode n, added to a rest state, grows or decays over about one e-fold.</summary>
    private static double Rate(Chain chain, int n, double[] rest, double amplitude, double expected, CancellationToken cancel)
    {
        var own = new OwnChain(chain);
        var start = (double[])rest.Clone();
        for (int i = 0; i < chain.Cells; i++)
            start[i] += Small * own.U * Math.Cos(Math.PI * n * (i + 0.5) / chain.Cells);
        double time = 1 / Math.Abs(expected),
            // The other eigenvector of the same wave dies out first.
            wait = Math.Max(0.2 * time, 10 * Math.Max(own.Chain.Neuron.TauU, own.Chain.Neuron.TauV) * own.T);
        var run = SpaceTime.Run(chain, start, new(wait, 2, Tolerance: 1e-12), cancel: cancel);
        double first = Pattern.Amplitude(run.States[^1].AsSpan(0, chain.Cells), n) - amplitude;
        run = SpaceTime.Run(chain, run.States[^1], new(time, 2, Tolerance: 1e-12), cancel: cancel);
        double last = Pattern.Amplitude(run.States[^1].AsSpan(0, chain.Cells), n) - amplitude;
        return Math.Log(last / first) / time;
    }

    /// <summary>d(A⁻²)/dt at the onset, over the time in which A² halves from a small start; NaN when it is cut short.</summary>
    private static double CriticalSlope(Chain chain, RestState rest, int n, CancellationToken cancel)
    {
        var own = new OwnChain(chain);
        double start = 0.05 * own.U,
            piece = 100 * own.T;
        var run = SpaceTime.Run(chain, Pattern.Seed(chain, rest, n, start), new(20 * own.T, 2, Tolerance: 1e-10), cancel: cancel);
        double Inverse(double[] x) => 1 / Math.Pow(Pattern.Amplitude(x.AsSpan(0, chain.Cells), n), 2);
        double first = Inverse(run.States[^1]),
            time = 0,
            now = first;
        while (now < 2 * first && time < 1000 * piece && !cancel.IsCancellationRequested)
        {
            run = SpaceTime.Run(chain, run.States[^1], new(piece, 2, Tolerance: 1e-10), cancel: cancel);
            time += piece;
            now = Inverse(run.States[^1]);
        }
        return cancel.IsCancellationRequested ? double.NaN : (now - first) / time;
    }
}

using Nagumo.Kernels;
using Nagumo.Relaxation;
using Nagumo.Symbolics;

namespace Nagumo.Media;

/// <summary>Equal neurons in a row with diffusive couplings between neighbours.</summary>
/// <remarks>
/// τ_u u_i' = F_u + I_i + D_u (u_{i−1} − 2u_i + u_{i+1}),  τ_v v_i' = F_v + D_v (v_{i−1} − 2v_i + v_{i+1}); of a potential, the skew-gradient flow of
/// H = Σ h(u_i, v_i) − I_i u_i + ½ Σ D_u (u_i − u_{i+1})² − ½ Σ D_v (v_i − v_{i+1})². A state is [2 × cells]: all u, then all v. [DESIGN §1, §3]
/// </remarks>
public sealed class Chain
{
    private readonly Kernel<double> _kernel;
    private readonly double[] _parameters;

    /// <param name="neuron">The neuron of every cell.</param>
    /// <param name="options">Length, couplings, current.</param>
    public Chain(PlanarNeuron neuron, ChainOptions options)
    {
        (Neuron, Options, Cells) = (neuron, options, options.Cells);
        Current = new double[Cells];
        Array.Fill(Current, options.Current);
        Symbol drive = new("_I.u"),
            flux = new("_I.v");
        var kinetics = neuron.Kinetics;
        _kernel = KernelCompiler.Compile<double>(
            new(
                "chain",
                [neuron.U, neuron.V, drive, flux],
                kinetics.Parameters,
                [new((drive + kinetics.Forces[0]) / kinetics.Taus[0]), new((flux + kinetics.Forces[1]) / kinetics.Taus[1])]
            )
        );
        _parameters = [.. kinetics.Parameters.Select(p => neuron.Parameters[p.Name])];
        DiffusionU = new(Cells, options.DiffusionU, options.Ends);
        DiffusionV = new(Cells, options.DiffusionV, options.Ends);
    }

    /// <summary>The neuron of every cell.</summary>
    public PlanarNeuron Neuron { get; }

    /// <summary>Length, couplings, current.</summary>
    public ChainOptions Options { get; }

    /// <summary>Number of neurons.</summary>
    public int Cells { get; }

    /// <summary>The current into each activator, [cells]; may be changed between runs.</summary>
    public double[] Current { get; }

    /// <summary>Whether it is the row of an <see cref="OwnChain"/>.</summary>
    internal bool IsInOwnUnits { get; init; }

    internal LineDiffusion DiffusionU { get; }
    internal LineDiffusion DiffusionV { get; }

    /// <summary>A state with every cell at (u, v), [2 × cells].</summary>
    public double[] Uniform(double u, double v)
    {
        var x = new double[2 * Cells];
        x.AsSpan(0, Cells).Fill(u);
        x.AsSpan(Cells).Fill(v);
        return x;
    }

    /// <summary>Largest force on a variable, τ_x |x'|: 0 at rest; NaN where the state is.</summary>
    public double Residual(ReadOnlySpan<double> state)
    {
        var velocity = new double[2 * Cells];
        Velocity(state, velocity);
        return Residual(velocity);
    }

    /// <summary>The same from the velocity.</summary>
    internal double Residual(Span<double> velocity)
    {
        double worst = 0;
        for (int i = 0; i < velocity.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(velocity[i]) * (i < Cells ? Neuron.TauU : Neuron.TauV));
        }
        return worst;
    }

    /// <summary>u' and v', [2 × cells].</summary>
    internal void Velocity(ReadOnlySpan<double> state, Span<double> velocity)
    {
        Span<double> du = velocity[..Cells],
            dv = velocity[Cells..];
        Current.CopyTo(du);
        dv.Clear();
        DiffusionU.AddTo(state[..Cells], du);
        DiffusionV.AddTo(state[Cells..], dv);
        _kernel.Run(Cells, state, [], velocity, _parameters);
    }

    /// <summary>The flow, all of it explicit.</summary>
    internal sealed class ExplicitFlow(Chain chain) : IVelocity
    {
        public int Size => 2 * chain.Cells;

        public void At(ReadOnlySpan<double> x, Span<double> velocity) => chain.Velocity(x, velocity);
    }

    /// <summary>The flow with diffusion as its stiff part.</summary>
    internal sealed class StiffFlow(Chain chain) : IStiffVelocity
    {
        private readonly LineDiffusion _u = new(chain.Cells, chain.Options.DiffusionU / chain.Neuron.TauU, chain.Options.Ends),
            _v = new(chain.Cells, chain.Options.DiffusionV / chain.Neuron.TauV, chain.Options.Ends);

        public int Size => 2 * chain.Cells;

        public void At(ReadOnlySpan<double> x, Span<double> velocity) => chain.Velocity(x, velocity);

        public void Solve(double h, Span<double> x)
        {
            _u.Solve(h, x[..chain.Cells]);
            _v.Solve(h, x[chain.Cells..]);
        }
    }
}

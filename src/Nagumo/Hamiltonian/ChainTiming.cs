using System.Diagnostics;
using Nagumo.Compute;
using Nagumo.Couplings;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Hamiltonian;

/// <summary>The time that methods take to bring one chain to rest, at the same tolerance.</summary>
/// <param name="Depth">L.</param>
/// <param name="Method">"block newton", "block sweeps" (handed over to acceleration and Newton by MINRES where they fail, as networks are) or "flow".</param>
/// <param name="Milliseconds">Wall clock, the best of the repetitions.</param>
/// <param name="Steps">Linear solves, sweeps or time steps.</param>
/// <param name="Residual">Largest |∂S/∂q| reached.</param>
/// <param name="Converged">Whether it is at most the tolerance.</param>
public sealed record ChainTiming(int Depth, string Method, double Milliseconds, int Steps, double Residual, bool Converged)
{
    /// <summary>What all three methods must reach: block Newton goes further, time integration hardly does.</summary>
    public const double Tolerance = 1e-9;

    private const int FewestRepetitions = 3,
        MaxSweeps = 20_000;

    /// <summary>Fast methods are repeated for so long.</summary>
    private const double Duration = 200;

    /// <summary>Sweeps and the flow run on a network of one population a layer; deeper than this they take minutes.</summary>
    private const int Deepest = 128;

    /// <summary>Times a chain of one depth, beyond depth 128 by block Newton only. Blocks are left out (s = 0): the block sweeps of networks have no such coupling.</summary>
    /// <param name="options">The chain; its strength is not used.</param>
    /// <exception cref="ArgumentException">A value out of its range.</exception>
    public static IReadOnlyList<ChainTiming> Run(EquivalenceOptions options)
    {
        options = options with { Strength = 0 };
        options.Validate();
        var rng = new Rng(options.Seed);
        using var machine = Equivalence.Chain(options, rng);
        using var action = new ResidualAction(new(machine));
        var injection = new double[action.Size(0)];
        rng.Split("injection").FillNormal(injection.AsSpan(0, options.Size), 0, 0.4);
        var problem = new BoundaryProblem(action, Injection: injection);
        BoundaryReport newton = default;
        double block = Best(() => newton = BoundarySolver.Solve(problem, problem.Start(), new(Tolerance)));
        var timings = new List<ChainTiming> { new(options.Depth, "block newton", block, newton.Steps, newton.Residual, newton.Converged) };
        if (options.Depth > Deepest)
            return timings;

        using var network = new Machine<double>(AsNetwork(Equivalence.Definition(options), injection), new Rng(1));
        var identity = network.Parameters.First(p =>
            p.Rows == options.Size && p.Cols == options.Size && p.Name.EndsWith(".W", StringComparison.Ordinal)
        );
        for (int i = 0; i < options.Size; i++)
            identity.Values[i * options.Size + i] = 1;
        network.Load();
        using var workspace = new Workspace<double>();
        using var state = network.CreateState(1, allFields: true);
        foreach (string method in new[] { "block sweeps", "flow" })
        {
            RelaxationReport report = default;
            double time = Best(() =>
            {
                state.Clear();
                network.LoadConstants(state, workspace);
                if (method == "flow")
                {
                    using var flow = new Flow<double>(network, 1, new(Tolerance: Tolerance, Error: 1e-11), workspace);
                    report = flow.Relax(state);
                }
                else
                    report = Relaxers.HandOver.Relax(network, state, new(MaxSweeps, Tolerance));
            });
            timings.Add(new(options.Depth, method, time, report.Sweeps, report.Residual, report.Converged));
        }
        return timings;
    }

    /// <summary>The chain without blocks as a network: one population per layer, diffusive couplings, the injection as layer 0's bias.</summary>
    internal static Network AsNetwork(ResidualChain chain, double[] injection)
    {
        var trunk = chain.Trunk;
        var populations = Enumerable
            .Range(0, chain.Depth + 1)
            .Select(l => new Population($"h{l}", trunk.Neuron, trunk.Size, trunk.Scale, trunk.Parameters))
            .ToList();
        var couplings = new List<Coupling>();
        for (int l = 0; l < chain.Depth; l++)
        {
            couplings.Add(new Diffusive(new($"h{l}"), new($"h{l + 1}"), chain.ActivatorDiffusion));
            couplings.Add(new Diffusive(new($"h{l}", "v"), new($"h{l + 1}", "v"), chain.InhibitorDiffusion));
        }
        // The currents stand on a rail; the identity in between is set by the caller.
        populations.Add(Population.Fixed("injection", [.. injection.Take(trunk.Size)]));
        couplings.Add(new Bilinear(new("h0"), new("injection"), 0));
        return new(populations, couplings);
    }

    private static double Best(Action run)
    {
        double best = double.PositiveInfinity;
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < FewestRepetitions || Stopwatch.GetElapsedTime(begin).TotalMilliseconds < Duration; i++)
        {
            long start = Stopwatch.GetTimestamp();
            run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return best;
    }
}

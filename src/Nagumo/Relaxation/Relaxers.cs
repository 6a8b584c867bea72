namespace Nagumo.Relaxation;

/// <summary>The ways to rest, their hand-over, and those that configurations name (<c>relaxer</c>).</summary>
/// <remarks>A new one adds one line here; one outside the library registers itself. Threads may call each of them at the same time.</remarks>
public static class Relaxers
{
    /// <summary>Block sweeps in the free phase and of the differences in the nudged ones: training's own way, no relaxer of whole states.</summary>
    internal const string Training = "sweeps";

    /// <summary>Newton's linear solves are for networks of at most so many fields; the flow is for larger ones.</summary>
    private const int SmallFields = 4096;

    /// <summary>Most steps of the flow where sweeps failed. A stiff network's are short, or rounding alone is above what a step may err: such a flow would not end.</summary>
    private const int FlowSteps = 1_500;

    /// <summary>Block sweeps. They give up where the residual grows to ten times its smallest, or does not fall by a tenth in 15 sweeps.</summary>
    public static IRelaxer Sweeps { get; } = new SweepRelaxer(new());

    /// <summary>Sweeps with Anderson acceleration: converge where plain ones run away in a few directions.</summary>
    public static IRelaxer Accelerated { get; } = new AcceleratedRelaxer();

    /// <summary>Damped Newton on ∇H = 0, at most 50 steps; for networks whose pairs pull alike. It ends also at critical points which the flow would leave.</summary>
    public static IRelaxer Newton { get; } = new NewtonRelaxer();

    /// <summary>The physical flow, for at most 1000 time constants; for networks all of whose time constants are positive.</summary>
    public static IRelaxer Flow { get; } = new FlowRelaxer(t => new(Tolerance: t, Error: ErrorOf(t)));

    /// <summary>Sweeps, and where they fail acceleration, then Newton or the flow: what is used unless another is asked for.</summary>
    /// <remarks>
    /// Newton stops where |∇H| has a minimum that is no rest state; the flow goes on from there. Combinations of sweeps and linear solves stop at a multiple of
    /// their rounding; where sweeps contract, plain ones go on from there.
    /// </remarks>
    public static IRelaxer HandOver { get; } =
        First(
            Sweeps,
            Accelerated,
            new NewtonRelaxer(SmallFields),
            new FlowRelaxer(t => new(MaxTime: 50, MaxSteps: FlowSteps, Tolerance: t, Error: ErrorOf(t))),
            new SweepRelaxer()
        );

    private static readonly Lock Gate = new();
    private static volatile (string Name, IRelaxer? Relaxer)[] _all = [(Training, null), ("hand-over", HandOver)];

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names => [.. _all.Select(relaxer => relaxer.Name)];

    /// <summary>Methods one after the other until one ends at rest, each from the best state so far: <c>Relaxers.First(mine, Relaxers.Newton)</c>.</summary>
    /// <remarks>
    /// Those that do not apply to a machine are passed over. Where the first one ends at rest, the bits are its own. What is not finite, and sweeps that were only
    /// too few, are reported and not handed over. The report sums the work and names the method that ended it.
    /// </remarks>
    /// <param name="first">Begins.</param>
    /// <param name="then">Take over in this order.</param>
    public static IRelaxer First(IRelaxer first, params IRelaxer[] then) => new First([first, .. then]);

    /// <summary>Adds a relaxer from outside the library: configurations then know it by its name.</summary>
    /// <param name="name">What <c>relaxer</c> calls it.</param>
    /// <param name="relaxer">It; threads call it at the same time.</param>
    /// <exception cref="ArgumentException">Another relaxer has this name.</exception>
    public static void Register(string name, IRelaxer relaxer)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        lock (Gate)
        {
            int known = Array.FindIndex(_all, r => r.Name == name);
            if (known < 0)
                _all = [.. _all, (name, relaxer)];
            else if (_all[known].Relaxer?.GetType() != relaxer.GetType())
                throw new ArgumentException($"There is a relaxer '{name}' already. Give the new one another name.");
        }
    }

    /// <summary>The relaxer of a name; null for training's own sweeps.</summary>
    /// <exception cref="ArgumentException">There is none of that name; the nearest is suggested.</exception>
    internal static IRelaxer? Of(string name)
    {
        int known = Array.FindIndex(_all, r => r.Name == name);
        return known >= 0 ? _all[known].Relaxer : throw new ArgumentException($"relaxer = '{name}'.{Nearest.Hint(name, [.. Names])}");
    }

    /// <summary>What a step of the flow may err, for a residual: it settles near the error.</summary>
    private static double ErrorOf(double tolerance) => tolerance > 0 ? tolerance / 100 : 1e-13;
}

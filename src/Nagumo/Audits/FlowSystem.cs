using Nagumo.Hamiltonian;
using Nagumo.Neurons;
using Nagumo.Symbolics;

namespace Nagumo.Audits;

/// <summary>Time derivatives of all variables at a state: x' = f(x).</summary>
/// <param name="state">x, as many numbers as the system has variables.</param>
/// <param name="velocity">Receives f(x); it does not overlap the state.</param>
public delegate void VectorField(ReadOnlySpan<double> state, Span<double> velocity);

/// <summary>Any system that is given by its flow x' = f(x): what <see cref="StructureAudit"/> examines.</summary>
/// <remarks>
/// The Jacobian is given, or found by central differences of steps h and h/2 with one Richardson step, error O(h⁴) (about 1e-13 relative), h a share of the
/// range over which the flow bends. Variables and time may come in any units and from any origin: nothing that is said of a flow depends on them.
/// </remarks>
public sealed class FlowSystem
{
    private readonly FlowOfPoints _flow;
    private readonly VectorField? _jacobian;

    /// <param name="name">What it is called in reports.</param>
    /// <param name="variables">Names of the variables, at least one, all different.</param>
    /// <param name="flow">x' = f(x), dimensionless or in the caller's units.</param>
    /// <param name="jacobian">∂f_i/∂x_j, row-major [n × n]; null for differences of the flow.</param>
    /// <exception cref="ArgumentException">No variable, or one name twice.</exception>
    public FlowSystem(string name, IReadOnlyList<string> variables, VectorField flow, VectorField? jacobian = null)
        : this(name, variables, OneByOne(flow, variables.Count), jacobian) { }

    internal FlowSystem(string name, IReadOnlyList<string> variables, FlowOfPoints flow, VectorField? jacobian = null)
    {
        if (variables.Count == 0)
            throw new ArgumentException($"The system '{name}' has no variables: give at least one equation.");
        if (variables.GroupBy(v => v).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"The system '{name}' has two variables '{twice.Key}': rename one.");
        (Name, Variables, _flow, _jacobian) = (name, variables, flow, jacobian);
        Start = new double[variables.Count];
    }

    /// <summary>The flow of equations; its Jacobian is their exact derivative.</summary>
    /// <param name="equations">The equations, with the values of their parameters.</param>
    /// <exception cref="EquationFileException">Numbers overflow, or something is divided by 0.</exception>
    public static FlowSystem Of(EquationSystem equations)
    {
        int n = equations.Variables.Count;
        var rates = equations.NumericRates;
        var entries = (
            from i in Enumerable.Range(0, n)
            from k in Enumerable.Range(0, n)
            where rates[i].Contains(equations.Variables[k])
            select (At: i * n + k, Derivative: rates[i].Derive(equations.Variables[k]))
        ).ToArray();
        var index = equations.Variables.Select((v, i) => (v.Name, i)).ToDictionary(v => v.Name, v => v.i);
        return new(
            equations.Name,
            [.. equations.Variables.Select(v => v.Name)],
            (x, velocity) =>
            {
                double[] values = [.. x];
                var memo = new Dictionary<Expr, double>();
                for (int i = 0; i < n; i++)
                    velocity[i] = rates[i].EvaluateWith(s => values[index[s.Name]], memo);
            },
            (x, j) =>
            {
                double[] values = [.. x];
                var memo = new Dictionary<Expr, double>();
                j.Clear();
                foreach (var (at, derivative) in entries)
                    j[at] = derivative.EvaluateWith(s => values[index[s.Name]], memo);
            }
        )
        {
            Start = equations.Start,
            Pairs = equations.Pairs,
        };
    }

    /// <summary>Layers in depth that are read as a pass: each is a symplectic step of q' = D⁻¹ p, p' = ∂U/∂q, that of the first layer here; its pairing is stated.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="action">The layers; they must outlive the flow. Their action's gradient is used, not its Hessian.</param>
    internal static FlowSystem InDepth(string name, ResidualAction action)
    {
        var (layers, population, size) = (action.Recurrence, action.Population, action.Size(0));
        string[] fields = ["u", .. population.Neuron!.Inhibitors.Select(v => v.Name)];
        string Variable(string of, int i) => $"{population.Name}0.{of}{fields[i / layers.Size]}[{i % layers.Size}]";
        return new(
            name,
            [.. Enumerable.Range(0, size).Select(i => Variable("", i)), .. Enumerable.Range(0, size).Select(i => Variable("p_", i))],
            (x, f) =>
            {
                action.OnSiteGradient(0, x[..size], f[size..]);
                for (int i = 0; i < size; i++)
                    f[i] = x[size + i] / layers.Diffusion(i / layers.Size);
            }
        )
        {
            Dimensionless = true,
            Pairs = [.. Enumerable.Range(0, size).Select(i => (i, size + i))],
        };
    }

    /// <summary>Velocities of many points at once, each [n] one after the other.</summary>
    internal delegate void FlowOfPoints(ReadOnlySpan<double> points, Span<double> velocities, int count);

    /// <summary>What it is called in reports.</summary>
    public string Name { get; }

    /// <summary>Names of the variables.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>Number of variables n.</summary>
    public int Dimension => Variables.Count;

    /// <summary>Where the search for a rest state starts; zero by default.</summary>
    public IReadOnlyList<double> Start { get; init; }

    /// <summary>Stated pairing of coordinates and momenta, as indices (q, p): q' = ∂H/∂p, p' = −∂H/∂q is asked. Empty: none is stated.</summary>
    public IReadOnlyList<(int Q, int P)> Pairs { get; init; } = [];

    /// <summary>The weights that EqProp is run with, signs and time constants: its bias is told for these where none are found. Empty: all 1.</summary>
    public IReadOnlyList<double> Weights { get; init; } = [];

    /// <summary>Whether x is of the size 1, as in networks: ranges are max(1, |x|) then, and need not be looked for.</summary>
    internal bool Dimensionless { get; init; }

    /// <summary>Whether the Jacobian is exact, so that even small entries of it are true.</summary>
    internal bool IsExact => _jacobian is not null;

    /// <summary>Where probe states must stay, per variable; null: anywhere.</summary>
    internal IReadOnlyList<(double Low, double High)>? Bounds { get; init; }

    /// <summary>f(x).</summary>
    internal void Flow(ReadOnlySpan<double> x, Span<double> velocity) => _flow(x, velocity, 1);

    /// <summary>∂f_i/∂x_j at x, row-major [n × n].</summary>
    internal double[] Jacobian(ReadOnlySpan<double> x) => Jacobian(x, _jacobian is null ? NaturalRange.Of(this, x) : []);

    /// <summary>∂f_i/∂x_j at x, row-major [n × n].</summary>
    /// <param name="x">The state.</param>
    /// <param name="range">The variables' ranges, for differences.</param>
    internal double[] Jacobian(ReadOnlySpan<double> x, double[] range)
    {
        int n = Dimension;
        var j = new double[n * n];
        if (_jacobian is not null)
            _jacobian(x, j);
        else
            Differences(x, range, j);
        return j;
    }

    /// <summary>Columns whose differences are taken together.</summary>
    private const int Columns = 64;

    /// <summary>ε^(1/5): balances the O(h⁴) truncation of the extrapolated difference and rounding.</summary>
    private static readonly double Step = Math.Pow(Math.BitIncrement(1) - 1, 0.2);

    private void Differences(ReadOnlySpan<double> x, double[] range, double[] j)
    {
        int n = Dimension;
        double[] steps = [.. range.Select(StepOf)];
        double[] points = new double[4 * Columns * n],
            velocities = new double[points.Length];
        double[] offsets = [1, -1, 0.5, -0.5],
            // (4 D(h/2) − D(h))/3 with D(h) = (f(x + h) − f(x − h))/2h.
            weights = [-1 / 6.0, 1 / 6.0, 4 / 3.0, -4 / 3.0];
        for (int first = 0; first < n; first += Columns)
        {
            int columns = Math.Min(Columns, n - first);
            for (int c = 0; c < columns; c++)
            for (int k = 0; k < 4; k++)
            {
                var point = points.AsSpan((4 * c + k) * n, n);
                x.CopyTo(point);
                point[first + c] += offsets[k] * steps[first + c];
            }
            _flow(points.AsSpan(0, 4 * columns * n), velocities, 4 * columns);
            for (int c = 0; c < columns; c++)
            for (int i = 0; i < n; i++)
            {
                double sum = 0;
                for (int k = 0; k < 4; k++)
                    sum += weights[k] * velocities[(4 * c + k) * n + i];
                j[i * n + first + c] = sum / steps[first + c];
            }
        }

        // A power of two, so that x ± h and x ± h/2 differ by exactly that where they are of one size.
        static double StepOf(double range) => Math.ScaleB(1, Math.ILogB(Step * range));
    }

    private static FlowOfPoints OneByOne(VectorField flow, int n) =>
        (points, velocities, count) =>
        {
            for (int k = 0; k < count; k++)
                flow(points.Slice(k * n, n), velocities.Slice(k * n, n));
        };
}

using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;
using Nagumo.Neurons;

namespace Nagumo.Relaxation;

/// <summary>The stored fields of all relaxed populations as one vector [rows × lanes], for methods that see no structure.</summary>
/// <remarks>Populations in order, activators before inhibitors: the order of <see cref="HessianOperator{T}"/> where a state stores all fields.</remarks>
internal sealed class FieldVector<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly (int Population, int Field, int Rows, Interval? Box)[] _parts;

    /// <param name="machine">The machine.</param>
    /// <param name="layout">A state that stores the fields that all others given to this object store.</param>
    public FieldVector(Machine<T> machine, State<T> layout)
    {
        _parts =
        [
            .. from p in machine.Relaxed
            from f in Enumerable.Range(0, layout.Fields(p).Length)
            where !layout.X(p, f).IsEmpty
            let population = machine.Network.Populations[p]
            select (p, f, population.Size, f == 0 ? population.Box : null),
        ];
        Rows = _parts.Sum(p => p.Rows);
    }

    /// <summary>Rows of the vector.</summary>
    public int Rows { get; }

    /// <summary>Population and field of each block of rows, with its number of rows.</summary>
    public IEnumerable<(int Population, int Field, int Rows)> Parts => _parts.Select(p => (p.Population, p.Field, p.Rows));

    /// <summary>Per row −s for an activator, +s τ for an inhibitor: the flow is ∂H/∂x over this. [DESIGN §1]</summary>
    public double[] SkewTimes(Machine<T> machine) =>
        [
            .. from part in Parts
            let population = machine.Network.Populations[part.Population]
            let tau = part.Field == 0 ? [-1] : population.Parameters[population.Neuron!.Inhibitors[part.Field - 1].Tau.Name]
            from r in Enumerable.Range(0, part.Rows)
            select population.Scale * tau[population.Which(tau.Length, r)],
        ];

    /// <summary>Copies a state's fields into a vector.</summary>
    public void Gather(State<T> s, Span<T> vector)
    {
        int at = 0;
        foreach (var (p, f, rows, _) in _parts)
        {
            s.X(p, f).Read(vector[at..]);
            at += rows * s.Lanes;
        }
    }

    /// <summary>Copies a vector into a state's fields, activators confined to their boxes.</summary>
    public void Scatter(ReadOnlySpan<T> vector, State<T> s)
    {
        int at = 0;
        foreach (var (p, f, rows, _) in _parts)
        {
            s.X(p, f).Write(vector[at..]);
            at += rows * s.Lanes;
        }
        Project(s);
    }

    /// <summary>Confines a state's activators to their boxes.</summary>
    public void Project(State<T> s)
    {
        foreach (var (p, f, _, box) in _parts)
            if (box is { } b)
                s.X(p, f).Confine(T.CreateChecked(b.Low), T.CreateChecked(b.High));
    }

    /// <summary>Copies fields from one state to another; constants and clamped inputs stay the target's.</summary>
    public void Copy(State<T> from, State<T> to)
    {
        foreach (var (p, f, _, _) in _parts)
            from.X(p, f).CopyRowsTo(to.X(p, f));
    }
}

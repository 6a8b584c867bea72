using System.Numerics;
using Nagumo.Compute;

namespace Nagumo.Networks;

/// <summary>The symmetric Hessian of H over all fields at a state, lane by lane, as an operator on [fields × lanes] vectors.</summary>
/// <remarks>
/// The couplings' part is the derivative of their drives along the direction, with the sign of the field. A field that rests against
/// its box does not move: its row is the identity's. Vectors hold populations in order, activators before inhibitors.
/// </remarks>
internal sealed class HessianOperator<T> : ILaneOperator<T>, IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Machine<T> _machine;
    private readonly State<T> _x,
        _direction,
        _product;
    private readonly Workspace<T> _workspace;
    private readonly bool[] _fixed;

    /// <param name="machine">The machine.</param>
    /// <param name="x">The state; it must store all fields, and hold its drives.</param>
    /// <param name="workspace">The thread's workspace.</param>
    public HessianOperator(Machine<T> machine, State<T> x, Workspace<T> workspace)
    {
        machine.RequireReciprocal();
        (_machine, _x, _workspace) = (machine, x, workspace);
        _direction = machine.CreateState(x.Lanes, allFields: true);
        _product = machine.CreateState(x.Lanes, allFields: true);
        _fixed = new bool[(long)Size * Lanes];
        FindFixed();
    }

    public int Size => _machine.TotalFields;
    public int Lanes => _x.Lanes;

    /// <summary>Whether an entry of a vector rests against its box.</summary>
    public ReadOnlySpan<bool> Fixed => _fixed;

    /// <summary>Looks up which fields rest against their box, after the state has changed.</summary>
    public void FindFixed()
    {
        _machine.Forces(_x, _product, _workspace);
        int i = 0;
        foreach (int p in _machine.Relaxed)
        {
            var box = _machine.Network.Populations[p].Box;
            for (int f = 0; f < _x.Fields(p).Length; f++)
            for (int r = 0; r < _x.X(p, f).Rows; r++)
            for (int l = 0; l < Lanes; l++, i++)
            {
                double u = double.CreateChecked(_x.X(p, f)[r, l]),
                    force = double.CreateChecked(_product.X(p, f)[r, l]);
                _fixed[i] = f == 0 && box is { } b && ((u <= b.Low && force > 0) || (u >= b.High && force < 0));
            }
        }
    }

    /// <summary>−∇H of the state as it is, 0 of fields that rest against their box.</summary>
    public void Downhill(Span<T> f)
    {
        FindFixed();
        Gather(_product, f);
        for (int i = 0; i < _fixed.Length; i++)
            f[i] = _fixed[i] ? T.Zero : -f[i];
    }

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<T> x, Span<T> y)
    {
        Scatter(x, _direction, masked: true);
        foreach (int p in _machine.Relaxed)
        {
            _machine.Site(p).HessianTimes(_x.Fields(p), _direction.Fields(p), _product.Fields(p));
            _machine.Tangent(_x, _direction, p, _workspace);
            for (int f = 0; f < _product.Fields(p).Length; f++)
                if (!_direction.Drive(p, f).IsEmpty)
                    _product.X(p, f).Add(f == 0 ? -T.One : T.One, _direction.Drive(p, f));
        }
        Gather(_product, y);
        for (int i = 0; i < _fixed.Length; i++)
            if (_fixed[i])
                y[i] = x[i];
    }

    /// <summary>Copies a vector into a state's fields; entries that rest against their box become 0 where masked.</summary>
    public void Scatter(ReadOnlySpan<T> vector, State<T> state, bool masked)
    {
        int at = 0;
        foreach (int p in _machine.Relaxed)
        foreach (var x in state.Fields(p))
        {
            x.Write(vector[at..]);
            if (masked)
                x.ClearWhere(_fixed.AsSpan(at));
            at += x.Rows * Lanes;
        }
    }

    /// <summary>Copies a state's fields into a vector.</summary>
    public void Gather(State<T> state, Span<T> vector)
    {
        int at = 0;
        foreach (int p in _machine.Relaxed)
        foreach (var x in state.Fields(p))
        {
            x.Read(vector[at..]);
            at += x.Rows * Lanes;
        }
    }

    public void Dispose()
    {
        _direction.Dispose();
        _product.Dispose();
    }
}

using System.Numerics;
using Nagumo.Compute;
using Nagumo.Networks;

namespace Nagumo.Relaxation;

/// <summary>Anderson acceleration of the sweep map G: from the last few sweeps it extrapolates to where G(x) = x.</summary>
/// <remarks>
/// f = G(x) − x;  γ minimises |f − ΔF γ|;  x ← x + θ f − (ΔX + θ ΔF) γ, lane by lane. It converges where plain sweeps run away in a few
/// directions. Safeguard: a lane whose residual rises far above its best returns there, forgets its history and halves θ. A lane at
/// rest is left alone. [Anderson 1965, doi:10.1145/321296.321305; Walker &amp; Ni 2011, doi:10.1137/10078356X]
/// </remarks>
internal sealed class Acceleration<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Remembered sweeps.</summary>
    private const int Depth = 5;

    /// <summary>A residual above so many times the lane's best is a failed extrapolation.</summary>
    private const double Allowed = 10;

    private readonly Machine<T> _machine;
    private readonly State<T> _state;
    private readonly FieldVector<T> _vector;
    private readonly int _lanes,
        _rows;
    private readonly T[] _x,
        _f,
        _best,
        _oldX,
        _oldF;
    private readonly T[][] _dx = new T[Depth][],
        _df = new T[Depth][];
    private readonly double[] _bestResidual,
        _theta;
    private readonly int[] _count;
    private readonly double[] _gram = new double[Depth * Depth],
        _gamma = new double[Depth],
        _norm = new double[Depth];

    /// <param name="machine">The machine.</param>
    /// <param name="s">The state to bring to rest.</param>
    public Acceleration(Machine<T> machine, State<T> s)
    {
        (_machine, _state, _lanes) = (machine, s, s.Lanes);
        _vector = new(machine, s);
        _rows = _vector.Rows;
        T[] Vector() => new T[_rows * _lanes];
        (_x, _f, _best, _oldX, _oldF) = (Vector(), Vector(), Vector(), Vector(), Vector());
        for (int j = 0; j < Depth; j++)
            (_dx[j], _df[j]) = (Vector(), Vector());
        (_bestResidual, _theta, _count) = (new double[_lanes], new double[_lanes], new int[_lanes]);
    }

    /// <summary>Iterates from the state as it is; leaves each lane at the best that it met.</summary>
    /// <param name="options">Sweeps and tolerance.</param>
    /// <param name="start">Index of the colour that sweeps begin with.</param>
    /// <param name="ws">The thread's workspace.</param>
    public RelaxationReport Relax(SweepOptions options, int start, Workspace<T> ws)
    {
        Array.Fill(_bestResidual, double.PositiveInfinity);
        Array.Fill(_theta, 1);
        _vector.Gather(_state, _x);
        int sweeps = 0;
        for (; ; sweeps++)
        {
            _vector.Scatter(_x, _state);
            _vector.Gather(_state, _x);
            BlockSweeps.Measure(_machine, _state, ws);
            bool open = Remember(options.Tolerance);
            if (!open || sweeps == options.MaxSweeps)
                break;
            BlockSweeps.Sweep(_machine, _state, start, measure: false, T.One, ws);
            _vector.Gather(_state, _f);
            for (int i = 0; i < _f.Length; i++)
                _f[i] -= _x[i];
            for (int l = 0; l < _lanes; l++)
                if (_bestResidual[l] > options.Tolerance)
                    Advance(l);
                else
                    CopyLane(_best, _x, l);
        }
        _vector.Scatter(_best, _state);
        BlockSweeps.Measure(_machine, _state, ws);
        var (residual, above) = BlockSweeps.Judge(_state, options.Tolerance);
        return new("accelerated", sweeps, residual, above);
    }

    /// <summary>Keeps the best state of each lane; sends a lane that ran away back to it. False when all are at rest.</summary>
    private bool Remember(double tolerance)
    {
        bool open = false;
        var residual = _state.LaneResidual.Host();
        for (int l = 0; l < _lanes; l++)
        {
            double r = double.CreateChecked(residual[l]);
            if (r < _bestResidual[l])
            {
                _bestResidual[l] = r;
                _theta[l] = Math.Min(1, 1.5 * _theta[l]);
                CopyLane(_x, _best, l);
            }
            else if (!(r <= Allowed * _bestResidual[l]) && double.IsFinite(_bestResidual[l]))
            {
                CopyLane(_best, _x, l);
                _theta[l] /= 2;
                _count[l] = 0;
                // The sweep that follows starts from the best state.
                _restarted = true;
            }
            open |= !(_bestResidual[l] <= tolerance);
        }
        if (_restarted)
            _vector.Scatter(_x, _state);
        _restarted = false;
        return open;
    }

    private bool _restarted;

    private void Advance(int lane)
    {
        int m = _count[lane];
        if (m > 0)
        {
            int slot = (m - 1) % Depth;
            for (int i = lane; i < _x.Length; i += _lanes)
                (_dx[slot][i], _df[slot][i]) = (_x[i] - _oldX[i], _f[i] - _oldF[i]);
        }
        int used = Math.Min(m, Depth);
        Solve(lane, used);
        T theta = T.CreateChecked(_theta[lane]);
        for (int i = lane; i < _x.Length; i += _lanes)
        {
            (_oldX[i], _oldF[i]) = (_x[i], _f[i]);
            T next = _x[i] + theta * _f[i];
            for (int j = 0; j < used; j++)
                next -= T.CreateChecked(_gamma[j]) * (_dx[j][i] + theta * _df[j][i]);
            _x[i] = next;
        }
        _count[lane] = m + 1;
    }

    /// <summary>γ by normal equations over columns of length 1, with a small ridge: history that is nearly dependent is not trusted.</summary>
    private void Solve(int lane, int used)
    {
        double ridge = typeof(T) == typeof(float) ? 1e-7 : 1e-13;
        for (int j = 0; j < used; j++)
        {
            _norm[j] = Math.Sqrt(Dot(_df[j], _df[j], lane));
            _norm[j] = _norm[j] > 0 ? _norm[j] : 1;
        }
        for (int j = 0; j < used; j++)
        {
            for (int k = 0; k <= j; k++)
                _gram[j * Depth + k] = _gram[k * Depth + j] = Dot(_df[j], _df[k], lane) / (_norm[j] * _norm[k]) + (j == k ? ridge : 0);
            _gamma[j] = Dot(_df[j], _f, lane) / _norm[j];
        }
        // Cholesky in place.
        for (int j = 0; j < used; j++)
        {
            for (int k = 0; k <= j; k++)
            {
                double sum = _gram[j * Depth + k];
                for (int i = 0; i < k; i++)
                    sum -= _gram[j * Depth + i] * _gram[k * Depth + i];
                _gram[j * Depth + k] = j == k ? Math.Sqrt(Math.Max(sum, ridge)) : sum / _gram[k * Depth + k];
            }
        }
        for (int j = 0; j < used; j++)
        {
            for (int k = 0; k < j; k++)
                _gamma[j] -= _gram[j * Depth + k] * _gamma[k];
            _gamma[j] /= _gram[j * Depth + j];
        }
        for (int j = used - 1; j >= 0; j--)
        {
            for (int k = j + 1; k < used; k++)
                _gamma[j] -= _gram[k * Depth + j] * _gamma[k];
            _gamma[j] /= _gram[j * Depth + j];
        }
        for (int j = 0; j < used; j++)
            _gamma[j] = double.IsFinite(_gamma[j]) ? _gamma[j] / _norm[j] : 0;
    }

    private double Dot(T[] a, T[] b, int lane)
    {
        double sum = 0;
        for (int i = lane; i < a.Length; i += _lanes)
            sum += double.CreateChecked(a[i]) * double.CreateChecked(b[i]);
        return sum;
    }

    private void CopyLane(T[] from, T[] to, int lane)
    {
        for (int i = lane; i < from.Length; i += _lanes)
            to[i] = from[i];
    }
}

namespace Nagumo.Media;

/// <summary>A closed orbit on a mesh: the collocation polynomial of the boundary problem x' = T f(x; λ), x(0) = x(1).</summary>
/// <remarks>
/// On each of <see cref="Intervals"/> intervals of the turn a polynomial of degree 4 obeys the equation at the four Gauss points, which makes the values on
/// the mesh exact to order 8. Newton's method condenses the inner points of every interval, and solves for the mesh, the period and the
/// parameter at once: a well-posed problem also where an orbit both attracts and repels by many orders of magnitude, such as a canard's, so
/// that no integration, forwards or backwards, would come back to its start. All lengths are in units of the cell.
/// [Ascher, Mattheij and Russell 1995, §5.6, doi:10.1137/1.9781611971231; Doedel, Keller and Kernévez 1991]
/// </remarks>
internal sealed class CycleOrbit
{
    /// <summary>Intervals of a turn.</summary>
    public const int Intervals = 80;

    private const int Stages = GaussRule.Stages,
        Inner = 2 * Stages,
        MostNewton = 9;

    private readonly FamilyFlow _flow;

    /// <summary>u of mesh point i is U[i] · the length of u: state 2i, 2i + 1; the last one is the first one again.</summary>
    private readonly double[] _state = new double[2 * (Intervals + 1)];

    /// <summary>The states at the Gauss points, [interval, stage, field].</summary>
    private readonly double[] _inner = new double[Intervals * Inner];

    private readonly double[] _mesh = new double[Intervals + 1];
    private readonly double _u,
        _v,
        _width;

    private CycleOrbit(FamilyFlow flow, (double U, double V, double Parameter) lengths)
    {
        (_flow, (_u, _v, _width)) = (flow, lengths);
    }

    /// <summary>The period.</summary>
    public double Period { get; private set; }

    /// <summary>The parameter.</summary>
    public double Parameter { get; private set; }

    /// <summary>The logarithm of the Floquet multiplier: the integral of the divergence over a turn.</summary>
    public double LogMultiplier { get; private set; }

    /// <summary>A direction along the branch: of the mesh, the inner points, log period and the parameter over its length.</summary>
    public sealed record Tangent(double[] State, double[] Inner, double LogPeriod, double Parameter);

    /// <summary>An orbit given at all times of a turn; not yet one of the equation.</summary>
    /// <param name="flow">The equation.</param>
    /// <param name="lengths">What counts as 1.</param>
    /// <param name="period">The period.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="at">u and v at a share of the turn in [0, 1].</param>
    public static CycleOrbit Of(
        FamilyFlow flow,
        (double U, double V, double Parameter) lengths,
        double period,
        double parameter,
        Func<double, (double U, double V)> at
    )
    {
        const int Fine = 2000;
        var orbit = new CycleOrbit(flow, lengths) { Period = period, Parameter = parameter };
        // Mesh points at equal distances along the orbit, with a part for its resting places.
        double[] length = new double[Fine + 1];
        var before = at(0);
        for (int i = 1; i <= Fine; i++)
        {
            var now = at(i / (double)Fine);
            length[i] = length[i - 1] + Math.Sqrt(Square((now.U - before.U) / orbit._u) + Square((now.V - before.V) / orbit._v));
            before = now;
        }
        for (int i = 1; i <= Fine; i++)
            length[i] = 0.8 * length[i] / Math.Max(length[Fine], 1e-300) + 0.2 * i / Fine;
        for (int i = 0, k = 0; i <= Intervals; i++)
        {
            double wanted = length[Fine] * i / Intervals;
            while (k < Fine - 1 && length[k + 1] < wanted)
                k++;
            orbit._mesh[i] = (k + Math.Clamp((wanted - length[k]) / (length[k + 1] - length[k]), 0, 1)) / Fine;
        }
        (orbit._mesh[0], orbit._mesh[Intervals]) = (0, 1);
        for (int i = 0; i <= Intervals; i++)
        {
            var (u, v) = at(i < Intervals ? orbit._mesh[i] : 0);
            (orbit._state[2 * i], orbit._state[2 * i + 1]) = (u / orbit._u, v / orbit._v);
            for (int s = 0; s < Stages && i < Intervals; s++)
            {
                var (a, b) = at(orbit._mesh[i] + GaussRule.Node(s) * (orbit._mesh[i + 1] - orbit._mesh[i]));
                (orbit._inner[i * Inner + 2 * s], orbit._inner[i * Inner + 2 * s + 1]) = (a / orbit._u, b / orbit._v);
            }
        }
        return orbit;
    }

    /// <summary>A step of a given length along a direction, not yet corrected.</summary>
    public CycleOrbit Moved(Tangent along, double length)
    {
        var moved = Copy();
        for (int i = 0; i < _state.Length; i++)
            moved._state[i] += length * along.State[i];
        for (int i = 0; i < _inner.Length; i++)
            moved._inner[i] += length * along.Inner[i];
        moved.Period *= Math.Exp(length * along.LogPeriod);
        moved.Parameter += length * along.Parameter * _width;
        return moved;
    }

    /// <summary>The same orbit with another parameter, not yet corrected.</summary>
    public CycleOrbit At(double parameter)
    {
        var moved = Copy();
        moved.Parameter = parameter;
        return moved;
    }

    /// <summary>The direction away from a point inside, period and parameter held, of length 1.</summary>
    public Tangent Outwards((double U, double V) centre)
    {
        double[] state = new double[_state.Length],
            inner = new double[_inner.Length];
        double square = 0;
        for (int k = 0; k < state.Length; k++)
            state[k] = _state[k] - (k % 2 == 0 ? centre.U / _u : centre.V / _v);
        for (int k = 0; k < inner.Length; k++)
            inner[k] = _inner[k] - (k % 2 == 0 ? centre.U / _u : centre.V / _v);
        for (int k = 0; k < 2 * Intervals; k++)
            square += Square(state[k]) / Intervals;
        double scale = 1 / Math.Sqrt(square);
        return new([.. state.Select(x => scale * x)], [.. inner.Select(x => scale * x)], 0, 0);
    }

    /// <summary>Newton's method, in the plane at right angles to a direction; with none, at this parameter.</summary>
    /// <param name="across">The direction; null: the parameter is held.</param>
    /// <param name="tangent">Receives the direction along the branch, of length 1, forwards in the sense of <paramref name="across"/>.</param>
    /// <param name="iterations">Receives the number of steps.</param>
    /// <returns>Whether it converged; this orbit is then a solution.</returns>
    public bool Correct(Tangent? across, out Tangent? tangent, out int iterations)
    {
        const int N = 2 * Intervals,
            Period = CycleSystem.Border,
            Parameter = CycleSystem.Border + 1;
        tangent = null;
        using var system = new CycleSystem(Intervals);
        double[] solution = new double[2 * (N + 2)],
            // Columns of an interval: by its first point (2), log period, parameter, and what is missing.
            condensed = new double[Intervals * Inner * Columns];
        var phase = Velocities();
        Span<double> end = stackalloc double[2 * Columns];
        double before = double.PositiveInfinity;
        for (iterations = 1; iterations <= MostNewton; iterations++)
        {
            system.Clear();
            double log = 0;
            for (int i = 0; i < Intervals; i++)
            {
                var block = condensed.AsSpan(i * Inner * Columns, Inner * Columns);
                if (!Condense(i, block, end, out double divergence))
                    return false;
                log += divergence;
                int next = 2 * ((i + 1) % Intervals);
                for (int f = 0; f < 2; f++)
                {
                    var row = system.Equation(2 * i + f);
                    for (int c = 0; c < 2; c++)
                        row[CycleSystem.Mesh + 2 * i + c] = end[f * Columns + c];
                    row[CycleSystem.Mesh + next + f] -= 1;
                    row[Period] = end[f * Columns + 2];
                    row[Parameter] = end[f * Columns + 3];
                    row[CycleSystem.Right] = -end[f * Columns + 4];
                }
            }
            LogMultiplier = log;
            // The phase: no motion along the orbit. The last row: across the branch, or at this parameter.
            Span<double> still = system.Equation(N),
                held = system.Equation(N + 1);
            for (int k = 0; k < N; k++)
            {
                still[CycleSystem.Mesh + k] = phase[k];
                held[CycleSystem.Mesh + k] = across is null ? 0 : across.State[k] / Intervals;
            }
            held[Period] = across?.LogPeriod ?? 0;
            held[Parameter] = across?.Parameter ?? 1;
            held[CycleSystem.Right + 1] = 1;
            if (!system.Solve(solution))
                return false;
            double size = 0;
            for (int k = 0; k < N + 2; k++)
                size = double.IsNaN(solution[2 * k]) ? double.NaN : Math.Max(size, Math.Abs(solution[2 * k]));
            if (!(size < 3))
                return false;
            Update(solution, condensed);
            if (size < 1e-9 || size < 1e-6 && size > 0.3 * before)
            {
                tangent = Direction(solution, condensed);
                return double.IsFinite(tangent.Parameter);
            }
            before = size;
        }
        return false;
    }

    /// <summary>The same orbit, and a direction, on a mesh on which the error is spread evenly.</summary>
    public (CycleOrbit Orbit, Tangent Tangent) Remeshed(Tangent tangent)
    {
        // The fifth derivative, from the differences of the fourth between neighbours. [de Boor 1973]
        double[] fourth = new double[2 * Intervals],
            weight = new double[Intervals],
            total = new double[Intervals + 1];
        for (int i = 0; i < Intervals; i++)
        for (int f = 0; f < 2; f++)
            fourth[2 * i + f] = GaussRule.Fourth(Piece(_state, _inner, i, f)) / Math.Pow(_mesh[i + 1] - _mesh[i], 4);
        for (int i = 0; i < Intervals; i++)
        {
            int before = (i + Intervals - 1) % Intervals,
                after = (i + 1) % Intervals;
            double fifth = 0;
            foreach (int j in (ReadOnlySpan<int>)[before, after])
            {
                double distance = 0.5 * (_mesh[i + 1] - _mesh[i] + _mesh[j + 1] - _mesh[j]);
                for (int f = 0; f < 2; f++)
                    fifth = Math.Max(fifth, Math.Abs(fourth[2 * i + f] - fourth[2 * j + f]) / distance);
            }
            weight[i] = Math.Pow(fifth, 0.2) * (_mesh[i + 1] - _mesh[i]);
        }
        double sum = weight.Sum();
        for (int i = 0; i < Intervals; i++)
            total[i + 1] = total[i] + weight[i] + 0.1 * sum * (_mesh[i + 1] - _mesh[i]);
        var orbit = new CycleOrbit(_flow, (_u, _v, _width))
        {
            Period = Period,
            Parameter = Parameter,
            LogMultiplier = LogMultiplier,
        };
        double[] state = new double[_state.Length],
            inner = new double[_inner.Length];
        for (int i = 0, k = 0; i <= Intervals; i++)
        {
            double wanted = total[Intervals] * i / Intervals;
            while (k < Intervals - 1 && total[k + 1] < wanted)
                k++;
            orbit._mesh[i] = _mesh[k] + (_mesh[k + 1] - _mesh[k]) * Math.Clamp((wanted - total[k]) / (total[k + 1] - total[k]), 0, 1);
        }
        (orbit._mesh[0], orbit._mesh[Intervals]) = (0, 1);
        int at = 0;
        for (int i = 0; i <= Intervals; i++)
        {
            double s = i < Intervals ? orbit._mesh[i] : 0;
            if (i == Intervals)
                at = 0;
            for (int f = 0; f < 2; f++)
            {
                orbit._state[2 * i + f] = Value(_state, _inner, s, f, ref at);
                state[2 * i + f] = Value(tangent.State, tangent.Inner, s, f, ref at);
            }
            for (int g = 0; g < Stages && i < Intervals; g++)
            {
                double t = orbit._mesh[i] + GaussRule.Node(g) * (orbit._mesh[i + 1] - orbit._mesh[i]);
                for (int f = 0; f < 2; f++)
                {
                    orbit._inner[i * Inner + 2 * g + f] = Value(_state, _inner, t, f, ref at);
                    inner[i * Inner + 2 * g + f] = Value(tangent.State, tangent.Inner, t, f, ref at);
                }
            }
        }
        return (orbit, new(state, inner, tangent.LogPeriod, tangent.Parameter));
    }

    /// <summary>The cycle: its ranges from extremes between mesh points, its section through the middle of u, crossed upwards.</summary>
    public LimitCycle Cycle()
    {
        Span<double> low = [double.PositiveInfinity, double.PositiveInfinity],
            high = [double.NegativeInfinity, double.NegativeInfinity];
        for (int i = 0; i < Intervals; i++)
        for (int f = 0; f < 2; f++)
        {
            var piece = Piece(_state, _inner, i, f);
            foreach (double s in GaussRule.Turns(piece))
            {
                double x = GaussRule.Value(piece, s);
                (low[f], high[f]) = (Math.Min(low[f], x), Math.Max(high[f], x));
            }
        }
        double middle = 0.5 * (low[0] + high[0]),
            section = _state[1];
        for (int i = 0; i < Intervals; i++)
            if (_state[2 * i] < middle && _state[2 * i + 2] >= middle)
            {
                double s = GaussRule.Crossing(Piece(_state, _inner, i, 0), middle);
                section = GaussRule.Value(Piece(_state, _inner, i, 1), s);
            }
        return new(Period, middle * _u, section * _v, low[0] * _u, high[0] * _u, low[1] * _v, high[1] * _v, LogMultiplier / Period);
    }

    /// <summary>Where the orbit moves slowest.</summary>
    public (double U, double V) Slowest()
    {
        int slowest = Enumerable.Range(0, Intervals).MinBy(Speed);
        return (_state[2 * slowest] * _u, _state[2 * slowest + 1] * _v);

        double Speed(int i)
        {
            var x = _flow.At(_state[2 * i] * _u, _state[2 * i + 1] * _v, Parameter);
            return Math.Max(Math.Abs(x.U) / _u, Math.Abs(x.V) / _v);
        }
    }

    private const int Columns = 5;

    /// <summary>The inner points of an interval by its first point, log period, parameter and residual; and what follows for its end.</summary>
    private bool Condense(int interval, Span<double> block, Span<double> end, out double divergence)
    {
        double h = (_mesh[interval + 1] - _mesh[interval]) * Period;
        Span<FamilyFlow.Local> local = stackalloc FamilyFlow.Local[Stages];
        for (int s = 0; s < Stages; s++)
        {
            var j = _flow.At(_inner[interval * Inner + 2 * s] * _u, _inner[interval * Inner + 2 * s + 1] * _v, Parameter);
            local[s] = new(j.U / _u, j.V / _v, j.UU, j.UV * _v / _u, j.VU * _u / _v, j.VV, j.UP * _width / _u, j.VP * _width / _v);
        }
        Span<double> matrix = stackalloc double[Inner * Inner];
        for (int s = 0; s < Stages; s++)
        for (int f = 0; f < 2; f++)
        {
            int row = 2 * s + f;
            double sum = 0,
                byParameter = 0;
            for (int k = 0; k < Stages; k++)
            {
                double w = h * GaussRule.Weight(s, k);
                var j = local[k];
                matrix[row * Inner + 2 * k] = (row == 2 * k ? 1 : 0) - w * (f == 0 ? j.UU : j.VU);
                matrix[row * Inner + 2 * k + 1] = (row == 2 * k + 1 ? 1 : 0) - w * (f == 0 ? j.UV : j.VV);
                sum += w * (f == 0 ? j.U : j.V);
                byParameter += w * (f == 0 ? j.UP : j.VP);
            }
            int at = row * Columns;
            (block[at], block[at + 1]) = f == 0 ? (1, 0) : (0, 1);
            (block[at + 2], block[at + 3]) = (sum, byParameter);
            block[at + 4] = _state[2 * interval + f] + sum - _inner[interval * Inner + row];
        }
        end.Clear();
        divergence = 0;
        if (!Eliminate(matrix, block))
            return false;
        for (int f = 0; f < 2; f++)
        {
            end[f * Columns + f] = 1;
            // The end by the inner points' own changes, and by what is still missing.
            end[f * Columns + 4] = _state[2 * interval + f] - _state[2 * ((interval + 1) % Intervals) + f];
            for (int s = 0; s < Stages; s++)
            {
                double w = h * GaussRule.Weight(s);
                var j = local[s];
                end[f * Columns + 2] += w * (f == 0 ? j.U : j.V);
                end[f * Columns + 3] += w * (f == 0 ? j.UP : j.VP);
                end[f * Columns + 4] += w * (f == 0 ? j.U : j.V);
                for (int c = 0; c < Columns; c++)
                    end[f * Columns + c] +=
                        w
                        * ((f == 0 ? j.UU : j.VU) * block[2 * s * Columns + c] + (f == 0 ? j.UV : j.VV) * block[(2 * s + 1) * Columns + c]);
                if (f == 0)
                    divergence += w * j.Trace;
            }
        }
        return true;
    }

    /// <summary>Gauss elimination with pivots of a small system with <see cref="Columns"/> right-hand sides.</summary>
    private static bool Eliminate(Span<double> matrix, Span<double> right)
    {
        for (int k = 0; k < Inner; k++)
        {
            int pivot = k;
            for (int r = k + 1; r < Inner; r++)
                if (Math.Abs(matrix[r * Inner + k]) > Math.Abs(matrix[pivot * Inner + k]))
                    pivot = r;
            double p = matrix[pivot * Inner + k];
            if (p == 0 || !double.IsFinite(p))
                return false;
            if (pivot != k)
            {
                for (int c = 0; c < Inner; c++)
                    (matrix[k * Inner + c], matrix[pivot * Inner + c]) = (matrix[pivot * Inner + c], matrix[k * Inner + c]);
                for (int c = 0; c < Columns; c++)
                    (right[k * Columns + c], right[pivot * Columns + c]) = (right[pivot * Columns + c], right[k * Columns + c]);
            }
            for (int r = k + 1; r < Inner; r++)
            {
                double factor = matrix[r * Inner + k] / p;
                if (factor == 0)
                    continue;
                for (int c = k; c < Inner; c++)
                    matrix[r * Inner + c] -= factor * matrix[k * Inner + c];
                for (int c = 0; c < Columns; c++)
                    right[r * Columns + c] -= factor * right[k * Columns + c];
            }
        }
        for (int k = Inner - 1; k >= 0; k--)
        for (int c = 0; c < Columns; c++)
        {
            double sum = right[k * Columns + c];
            for (int r = k + 1; r < Inner; r++)
                sum -= matrix[k * Inner + r] * right[r * Columns + c];
            right[k * Columns + c] = sum / matrix[k * Inner + k];
        }
        return true;
    }

    private void Update(double[] step, double[] condensed)
    {
        const int N = 2 * Intervals;
        double period = step[2 * N],
            parameter = step[2 * (N + 1)];
        for (int i = 0; i < Intervals; i++)
        for (int r = 0; r < Inner; r++)
        {
            var row = condensed.AsSpan((i * Inner + r) * Columns, Columns);
            _inner[i * Inner + r] += row[0] * step[4 * i] + row[1] * step[4 * i + 2] + row[2] * period + row[3] * parameter + row[4];
        }
        for (int k = 0; k < N; k++)
            _state[k] += step[2 * k];
        (_state[N], _state[N + 1]) = (_state[0], _state[1]);
        Period *= Math.Exp(period);
        Parameter += parameter * _width;
    }

    /// <summary>The solution for a 1 in the last row alone, to length 1.</summary>
    private static Tangent Direction(double[] step, double[] condensed)
    {
        const int N = 2 * Intervals;
        double[] state = new double[N + 2],
            inner = new double[Intervals * Inner];
        double period = step[2 * N + 1],
            parameter = step[2 * (N + 1) + 1],
            square = period * period + parameter * parameter;
        for (int k = 0; k < N; k++)
        {
            state[k] = step[2 * k + 1];
            square += state[k] * state[k] / Intervals;
        }
        (state[N], state[N + 1]) = (state[0], state[1]);
        for (int i = 0; i < Intervals; i++)
        for (int r = 0; r < Inner; r++)
        {
            var row = condensed.AsSpan((i * Inner + r) * Columns, Columns);
            inner[i * Inner + r] = row[0] * state[2 * i] + row[1] * state[2 * i + 1] + row[2] * period + row[3] * parameter;
        }
        double scale = 1 / Math.Sqrt(square);
        for (int k = 0; k < state.Length; k++)
            state[k] *= scale;
        for (int k = 0; k < inner.Length; k++)
            inner[k] *= scale;
        return new(state, inner, period * scale, parameter * scale);
    }

    /// <summary>The velocity at the mesh points, to length 1.</summary>
    private double[] Velocities()
    {
        var velocity = new double[2 * Intervals];
        double square = 0;
        for (int i = 0; i < Intervals; i++)
        {
            var x = _flow.At(_state[2 * i] * _u, _state[2 * i + 1] * _v, Parameter);
            (velocity[2 * i], velocity[2 * i + 1]) = (x.U / _u, x.V / _v);
            square += Square(velocity[2 * i]) + Square(velocity[2 * i + 1]);
        }
        for (int k = 0; k < velocity.Length; k++)
            velocity[k] /= Math.Sqrt(square);
        return velocity;
    }

    /// <summary>One field of an interval: the values at its beginning and at the Gauss points.</summary>
    private static double[] Piece(double[] state, double[] inner, int interval, int field)
    {
        var values = new double[Stages + 1];
        values[0] = state[2 * interval + field];
        for (int s = 0; s < Stages; s++)
            values[s + 1] = inner[interval * Inner + 2 * s + field];
        return values;
    }

    private double Value(double[] state, double[] inner, double s, int field, ref int interval)
    {
        while (interval > 0 && _mesh[interval] > s)
            interval--;
        while (interval < Intervals - 1 && _mesh[interval + 1] <= s)
            interval++;
        double share = (s - _mesh[interval]) / (_mesh[interval + 1] - _mesh[interval]);
        return GaussRule.Value(Piece(state, inner, interval, field), share);
    }

    private CycleOrbit Copy()
    {
        var copy = new CycleOrbit(_flow, (_u, _v, _width))
        {
            Period = Period,
            Parameter = Parameter,
            LogMultiplier = LogMultiplier,
        };
        _state.CopyTo(copy._state, 0);
        _inner.CopyTo(copy._inner, 0);
        _mesh.CopyTo(copy._mesh, 0);
        return copy;
    }

    private static double Square(double x) => x * x;
}

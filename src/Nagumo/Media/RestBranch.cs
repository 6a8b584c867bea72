namespace Nagumo.Media;

/// <summary>A rest state at a value of the parameter.</summary>
/// <param name="Parameter">The value.</param>
/// <param name="State">The rest state.</param>
public sealed record RestPoint(double Parameter, RestState State);

/// <summary>A Hopf point of a branch: there a cycle is born.</summary>
/// <param name="Parameter">The parameter's value.</param>
/// <param name="Hopf">Place, frequency, first Lyapunov coefficient; its growth is per unit of the parameter.</param>
public sealed record HopfOnset(double Parameter, HopfPoint Hopf);

/// <summary>A one-parameter family of rest states, followed through its folds.</summary>
/// <remarks>
/// u'(u, v; λ) = 0 and v'(u, v; λ) = 0 are a curve in (u, v, λ), followed by its arc length: a step along the tangent, the null vector of the 2 × 3
/// Jacobian, then Newton's method across it. Saddle-nodes are where the determinant of the flow's Jacobian changes its sign and the curve turns back in λ;
/// crossings where it changes its sign and the curve does not turn (another branch passes through: transcritical or pitchfork); Hopf points where the
/// trace of the flow's Jacobian does and the determinant is positive. Each is located by bisection to rounding.
/// [Keller 1977; Kuznetsov 2004, §10.2, doi:10.1007/978-1-4757-3978-7]
/// </remarks>
/// <param name="Points">The rest states along the branch, in order.</param>
/// <param name="SaddleNodes">Where two rest states meet and vanish.</param>
/// <param name="Crossings">Where another branch crosses.</param>
/// <param name="HopfPoints">Where a rest state begins to oscillate.</param>
public sealed record RestBranch(
    IReadOnlyList<RestPoint> Points,
    IReadOnlyList<RestPoint> SaddleNodes,
    IReadOnlyList<RestPoint> Crossings,
    IReadOnlyList<HopfOnset> HopfPoints
)
{
    /// <summary>Follows the branch through a rest state to both sides.</summary>
    /// <param name="family">The neuron along its parameter.</param>
    /// <param name="parameter">The parameter's value there.</param>
    /// <param name="state">The rest state.</param>
    /// <param name="low">The range of the parameter.</param>
    /// <param name="high">The range of the parameter.</param>
    /// <param name="cancel">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public static RestBranch Through(
        CellFamily family,
        double parameter,
        RestState state,
        double low,
        double high,
        CancellationToken cancel = default
    )
    {
        var follower = new Follower(family, parameter, low, high, cancel);
        var start = follower.At(state.U, state.V, parameter);
        var forth = follower.Follow(start, 1, out bool closed);
        var back = closed ? [] : follower.Follow(start, -1, out _);
        back.Reverse();
        List<Node> nodes = [.. back, start, .. forth];
        List<RestPoint> saddles = [],
            crossings = [];
        List<HopfOnset> onsets = [];
        for (int i = 0; i + 1 < nodes.Count; i++)
        {
            var (a, b) = (nodes[i], nodes[i + 1]);
            if (a.Determinant < 0 != b.Determinant < 0)
            {
                var at = follower.Root(a, b, n => n.Determinant);
                (TurnsBack(nodes, i) ? saddles : crossings).Add(new(at.Last.Parameter, follower.State(at.Last)));
            }
            if (a.Trace < 0 != b.Trace < 0)
            {
                var (before, last) = follower.Root(a, b, n => n.Trace);
                if (last.Determinant > 0)
                    onsets.Add(follower.Onset(a, b, before, last));
            }
        }
        return new([.. nodes.Select(n => new RestPoint(n.Parameter, follower.State(n)))], saddles, crossings, onsets);
    }

    /// <summary>Whether λ turns back between node i and the next: it goes up before and down after, or the reverse.</summary>
    private static bool TurnsBack(List<Node> nodes, int i)
    {
        double before = nodes[i].Parameter - nodes[Math.Max(0, i - 1)].Parameter,
            between = nodes[i + 1].Parameter - nodes[i].Parameter,
            after = nodes[Math.Min(nodes.Count - 1, i + 2)].Parameter - nodes[i + 1].Parameter;
        return before * between < 0 || between * after < 0 || before * after < 0;
    }

    /// <summary>A point of the curve, with what decides its stability.</summary>
    private readonly record struct Node(double U, double V, double Parameter, double Trace, double Determinant);

    private sealed class Follower
    {
        private const double FirstStep = 0.01,
            LargestStep = 0.1,
            SmallestStep = 1e-9,
            Far = 1e4;
        private const int MostPoints = 6000,
            MostNewton = 8;

        private readonly CellFamily _family;
        private readonly FamilyFlow _flow;
        private readonly double _low,
            _high,
            _u,
            _v,
            _width;
        private readonly CancellationToken _cancel;

        public Follower(CellFamily family, double parameter, double low, double high, CancellationToken cancel)
        {
            (_family, _flow, _low, _high, _cancel) = (family, new(family), low, high, cancel);
            var (neuron, current) = family.At(parameter);
            var scales = CellUnits.Of(neuron, current);
            // Lengths in which a step of 0.1 is short: a part of u's and v's own, and a hundredth of the range.
            (_u, _v, _width) = (scales.U, scales.V, (high - low) / 10);
        }

        public Node At(double u, double v, double parameter)
        {
            var local = _flow.At(u, v, parameter);
            return new(u, v, parameter, local.Trace, local.Determinant);
        }

        /// <summary>Velocity and derivatives, by lengths in the follower's units.</summary>
        private FamilyFlow.Local Scaled(double u, double v, double parameter)
        {
            var j = _flow.At(u, v, parameter);
            return j with { UU = j.UU * _u, UV = j.UV * _v, UP = j.UP * _width, VU = j.VU * _u, VV = j.VV * _v, VP = j.VP * _width };
        }

        public RestState State(Node node) => RestState.At(_family.At(node.Parameter).Neuron, node.U, node.V);

        /// <summary>The points after a start, to one side along the tangent.</summary>
        public List<Node> Follow(Node start, int side, out bool closed)
        {
            var nodes = new List<Node>();
            closed = false;
            var tangent = Tangent(start);
            if (!double.IsFinite(tangent.P))
                return nodes;
            // To both sides of the start, the first towards larger λ.
            double sign = side * (tangent.P < 0 ? -1 : 1);
            tangent = (sign * tangent.U, sign * tangent.V, sign * tangent.P);
            var last = start;
            double step = FirstStep;
            while (nodes.Count < MostPoints && step > SmallestStep)
            {
                _cancel.ThrowIfCancellationRequested();
                double p = last.Parameter + step * tangent.P * _width;
                Node? next;
                bool ends = p <= _low || p >= _high;
                if (ends)
                {
                    double end = p <= _low ? _low : _high,
                        share = (end - last.Parameter) / (tangent.P * _width);
                    next = Corrected(last.U + share * tangent.U * _u, last.V + share * tangent.V * _v, end, (0, 0, 1));
                }
                else
                    next = Corrected(last.U + step * tangent.U * _u, last.V + step * tangent.V * _v, p, tangent);
                if (next is not { } node || Tangent(node) is var turned && !double.IsFinite(turned.P))
                {
                    step /= 3;
                    continue;
                }
                double along = turned.U * tangent.U + turned.V * tangent.V + turned.P * tangent.P;
                // A sharp bend may be another branch; at a corner the curve does bend, and steps become as small as they may.
                if (Math.Abs(along) < 0.9 && step > 1e-4 || Distance(last, node) > 2 * step + 1e-12)
                {
                    step /= 3;
                    continue;
                }
                nodes.Add(node);
                if (ends || !(Math.Abs(node.U) + Math.Abs(node.V) < Far * (Math.Abs(start.U) + Math.Abs(start.V) + _u + _v)))
                    break;
                // A closed curve comes back to its start.
                if (nodes.Count > 10 && Distance(start, node) < step)
                {
                    nodes.Add(start);
                    closed = true;
                    break;
                }
                double orientation = along < 0 ? -1 : 1;
                tangent = (orientation * turned.U, orientation * turned.V, orientation * turned.P);
                last = node;
                step = Math.Min(LargestStep, Math.Abs(along) > 0.995 ? 1.5 * step : step);
            }
            return nodes;
        }

        /// <summary>The point between two neighbours at which a function changes its sign, and the last one tried on the other side.</summary>
        public (Node Before, Node Last) Root(Node a, Node b, Func<Node, double> f)
        {
            var across = ((b.U - a.U) / _u, (b.V - a.V) / _v, (b.Parameter - a.Parameter) / _width);
            double low = 0,
                high = 1;
            var (atLow, atHigh) = (a, b);
            for (int i = 0; i < 60 && high - low > 1e-15; i++)
            {
                double middle = 0.5 * (low + high);
                if (
                    Corrected(
                        a.U + middle * (b.U - a.U),
                        a.V + middle * (b.V - a.V),
                        a.Parameter + middle * (b.Parameter - a.Parameter),
                        across
                    )
                    is not { } node
                )
                    break;
                if (f(node) < 0 == f(atLow) < 0)
                    (low, atLow) = (middle, node);
                else
                    (high, atHigh) = (middle, node);
            }
            return (atLow, atHigh);
        }

        /// <summary>The Hopf point at a root of the trace between two neighbours.</summary>
        public HopfOnset Onset(Node a, Node b, Node before, Node last)
        {
            var (neuron, current) = _family.At(last.Parameter);
            // A trace that is still far from 0 on both sides has jumped.
            bool jumped = Math.Abs(last.Trace - before.Trace) > 1e-3 * Math.Abs(b.Trace - a.Trace);
            var hopf = jumped
                ? HopfPoint.Corner(last.U, last.V, current, Math.Sqrt(before.Determinant), Math.Sqrt(last.Determinant))
                : HopfPoint.At(neuron, last.U, last.V, current, 0.5 * (b.Trace - a.Trace) / (b.Parameter - a.Parameter));
            return new(last.Parameter, hopf);
        }

        private double Distance(Node a, Node b)
        {
            double u = (b.U - a.U) / _u,
                v = (b.V - a.V) / _v,
                p = (b.Parameter - a.Parameter) / _width;
            return Math.Sqrt(u * u + v * v + p * p);
        }

        /// <summary>The null vector of the 2 × 3 Jacobian, of length 1.</summary>
        private (double U, double V, double P) Tangent(Node node)
        {
            var j = Scaled(node.U, node.V, node.Parameter);
            double u = j.UV * j.VP - j.UP * j.VV,
                v = j.UP * j.VU - j.UU * j.VP,
                p = j.UU * j.VV - j.UV * j.VU,
                // The rows may be of any size: scaled before they are squared.
                largest = Math.Max(Math.Abs(u), Math.Max(Math.Abs(v), Math.Abs(p)));
            (u, v, p) = (u / largest, v / largest, p / largest);
            double length = Math.Sqrt(u * u + v * v + p * p);
            return (u / length, v / length, p / length);
        }

        /// <summary>Newton's method on the plane through a point, at right angles to a direction; null where it does not converge.</summary>
        private Node? Corrected(double u, double v, double parameter, (double U, double V, double P) normal)
        {
            for (int i = 0; i < MostNewton; i++)
            {
                var j = Scaled(u, v, parameter);
                // Cramer's rule of [UU UV UP; VU VV VP; n] d = −(U, V, 0).
                double cu = j.UV * j.VP - j.UP * j.VV,
                    cv = j.UP * j.VU - j.UU * j.VP,
                    cp = j.UU * j.VV - j.UV * j.VU,
                    determinant = normal.U * cu + normal.V * cv + normal.P * cp,
                    du = -(j.U * (j.VV * normal.P - j.VP * normal.V) - j.V * (j.UV * normal.P - j.UP * normal.V)) / determinant,
                    dv = -(j.U * (j.VP * normal.U - j.VU * normal.P) - j.V * (j.UP * normal.U - j.UU * normal.P)) / determinant,
                    dp = -(j.U * (j.VU * normal.V - j.VV * normal.U) - j.V * (j.UU * normal.V - j.UV * normal.U)) / determinant;
                if (!double.IsFinite(du) || !double.IsFinite(dv) || !double.IsFinite(dp))
                    return null;
                (u, v, parameter) = (u + du * _u, v + dv * _v, parameter + dp * _width);
                double size = Math.Max(Math.Abs(du), Math.Max(Math.Abs(dv), Math.Abs(dp)));
                if (size < 1e-12 * (1 + Math.Abs(u) / _u + Math.Abs(v) / _v))
                    return At(u, v, parameter);
            }
            return null;
        }
    }
}

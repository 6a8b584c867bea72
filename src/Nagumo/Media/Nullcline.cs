namespace Nagumo.Media;

/// <summary>Where one of the two velocities of a neuron in the plane vanishes.</summary>
public static class Nullcline
{
    private const int Grid = 240;

    /// <summary>The curves u' = 0 (field 0) or v' = 0 (field 1) in a window, by marching squares; for any neuron.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="current">The current.</param>
    /// <param name="field">0 or 1.</param>
    /// <param name="u">Window of the activator.</param>
    /// <param name="v">Window of the inhibitor.</param>
    /// <returns>Points of polylines one after the other, a NaN between two of them.</returns>
    public static (IReadOnlyList<double> U, IReadOnlyList<double> V) Of(
        PlanarNeuron neuron,
        double current,
        int field,
        (double Low, double High) u,
        (double Low, double High) v
    )
    {
        double At(double x, double y) => neuron.Velocity(x, y, current) is var f && field == 0 ? f.U : f.V;
        double U(double i) => u.Low + (u.High - u.Low) * i / Grid;
        double V(double j) => v.Low + (v.High - v.Low) * j / Grid;
        var f = new double[Grid + 1, Grid + 1];
        for (int i = 0; i <= Grid; i++)
        for (int j = 0; j <= Grid; j++)
            f[i, j] = At(U(i), V(j));
        // Every end of a piece lies on a grid edge, which at most two squares share: pieces join there.
        var pieces = new Dictionary<(int, int, bool), List<(int, int, bool)>>();
        for (int i = 0; i < Grid; i++)
        for (int j = 0; j < Grid; j++)
        {
            List<(int I, int J, bool Up)> crossed = [];
            foreach (var (a, b, up) in ((int, int, bool)[])[(i, j, false), (i + 1, j, true), (i, j + 1, false), (i, j, true)])
                if (f[a, b] < 0 != (up ? f[a, b + 1] : f[a + 1, b]) < 0)
                    crossed.Add((a, b, up));
            for (int k = 0; k + 1 < crossed.Count; k += 2)
            {
                Add(crossed[k], crossed[k + 1]);
                Add(crossed[k + 1], crossed[k]);
            }
        }
        List<double> us = [],
            vs = [];
        // Open curves from their ends first, then closed ones.
        foreach (var start in pieces.Keys.OrderBy(e => pieces[e].Count).ToArray())
        {
            if (pieces[start].Count == 0)
                continue;
            for ((int, int, bool)? at = start; at is { } edge; )
            {
                Point(edge);
                at = null;
                if (pieces[edge] is [.., var next] list)
                {
                    list.RemoveAt(list.Count - 1);
                    pieces[next].Remove(edge);
                    at = next;
                }
            }
            us.Add(double.NaN);
            vs.Add(double.NaN);
        }
        return (us, vs);

        void Add((int, int, bool) from, (int, int, bool) to)
        {
            if (!pieces.TryGetValue(from, out var list))
                pieces.Add(from, list = []);
            list.Add(to);
        }

        void Point((int I, int J, bool Up) e)
        {
            double a = f[e.I, e.J],
                b = e.Up ? f[e.I, e.J + 1] : f[e.I + 1, e.J],
                share = a / (a - b);
            us.Add(U(e.I + (e.Up ? 0 : share)));
            vs.Add(V(e.J + (e.Up ? share : 0)));
        }
    }
}

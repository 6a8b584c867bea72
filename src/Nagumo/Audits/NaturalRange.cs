namespace Nagumo.Audits;

/// <summary>How far each variable moves before a flow bends: the unit in which "small" and "beside" are meant.</summary>
/// <remarks>
/// For each x_j the largest h up to which all f_i that bend at all are linear along it, within a third: |Δf(2h) − 2Δf(h)| and |Δf(h) + Δf(−h)| are at most 0.3 |2Δf(h)|. It
/// scales with the unit of x_j and knows neither its origin nor the unit of time. A variable along which nothing bends, or nothing is linear, takes how far the
/// state is from where the search began, or from 0.
/// </remarks>
internal static class NaturalRange
{
    /// <summary>More variables are not looked at one by one.</summary>
    private const int Most = 64;

    // Powers of 3: from 1e-18 to 1e18 in whatever unit.
    private const int Highest = 38,
        Lowest = -38;

    /// <summary>So many sizes in a row must look straight: far out a wave does by chance.</summary>
    private const int InARow = 8;

    /// <summary>Halvings of the step in which a row stops being straight, so that other units give the same range.</summary>
    private const int Halvings = 24;

    /// <summary>The ranges at x, all &gt; 0; max(1, |x|) for systems without units.</summary>
    public static double[] Of(FlowSystem system, ReadOnlySpan<double> x) => Of(system, x, out _);

    /// <summary>The ranges, and whether x is known finely enough: a wave of length 1 at 1e17 is noise.</summary>
    public static double[] Of(FlowSystem system, ReadOnlySpan<double> x, out bool resolved)
    {
        int n = system.Dimension;
        var ranges = new double[n];
        resolved = true;
        if (system.Dimensionless || n > Most)
        {
            for (int j = 0; j < n; j++)
                ranges[j] = Math.Max(1, Math.Abs(x[j]));
            return ranges;
        }
        var line = new Line(system, [.. x]);
        for (int j = 0; j < n; j++)
        {
            ranges[j] = line.Range(j, out bool seen);
            resolved &= seen;
            if (ranges[j] == 0)
                ranges[j] = Math.Max(Math.Abs(x[j]), Math.Abs(x[j] - system.Start[j])) is > 0 and var moved ? moved : 1;
        }
        return ranges;
    }

    /// <summary>The flow along one variable after the other.</summary>
    private sealed class Line(FlowSystem system, double[] state)
    {
        private readonly double[] _at = [.. state],
            _f = Flow(system, state),
            _near = new double[state.Length],
            _far = new double[state.Length],
            _back = new double[state.Length];

        private enum Shape
        {
            Flat,
            Straight,
            Bent,
        }

        /// <summary>The smallest of the rows' ranges along x_j; 0 where no row has one.</summary>
        public double Range(int j, out bool seen)
        {
            int n = state.Length;
            var row = new int[n];
            double[] first = new double[n],
                range = new double[n];
            var bent = new bool[n];
            seen = true;
            for (int e = Highest; e >= Lowest; e--)
            {
                double h = Size(e);
                // Below a few thousand roundings of x itself nothing can be seen.
                if (h < 1e-12 * Math.Abs(state[j]))
                {
                    seen = !bent.Any(b => b) || range.Any(r => r > 0);
                    break;
                }
                Look(j, h);
                for (int i = 0; i < n; i++)
                    switch (Look(i))
                    {
                        case Shape.Bent:
                            (bent[i], row[i]) = (true, 0);
                            break;
                        case Shape.Straight when row[i]++ == 0:
                            first[i] = h;
                            break;
                    }
                for (int i = 0; i < n; i++)
                    if (bent[i] && row[i] == InARow && range[i] == 0)
                        range[i] = Refined(i, first[i]);
                // What is straight far out is straight: nothing is hidden further in.
                if (Highest - e >= InARow && bent.Zip(range).All(p => !p.First || p.Second > 0))
                    break;
            }
            return range.Where(r => r > 0).DefaultIfEmpty(0).Min();

            double Refined(int i, double straight)
            {
                double bends = 3.6 * straight;
                for (int k = 0; k < Halvings; k++)
                {
                    double middle = Math.Sqrt(straight) * Math.Sqrt(bends);
                    Look(j, middle);
                    if (Look(i) == Shape.Bent)
                        bends = middle;
                    else
                        straight = middle;
                }
                return straight;
            }
        }

        /// <summary>3^e, but not quite: powers of one number meet a wave in step.</summary>
        private static double Size(int e) => Math.Pow(3, e) * (1 + 0.2 * (e * 0.6180339887 - Math.Floor(e * 0.6180339887)));

        private void Look(int j, double h)
        {
            Along(h, _near);
            Along(2 * h, _far);
            Along(-h, _back);

            void Along(double by, double[] change)
            {
                _at[j] = state[j] + by;
                system.Flow(_at, change);
                _at[j] = state[j];
                for (int i = 0; i < change.Length; i++)
                    change[i] -= _f[i];
            }
        }

        private Shape Look(int i) =>
            _near[i] == 0 && _far[i] == 0 && _back[i] == 0 ? Shape.Flat
            : Math.Abs(_far[i] - 2 * _near[i]) <= 0.6 * Math.Abs(_near[i]) && Math.Abs(_near[i] + _back[i]) <= 0.3 * Math.Abs(_near[i])
                ? Shape.Straight
            : Shape.Bent;

        private static double[] Flow(FlowSystem system, double[] x)
        {
            var f = new double[x.Length];
            system.Flow(x, f);
            return f;
        }
    }
}

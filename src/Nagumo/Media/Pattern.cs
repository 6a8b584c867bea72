namespace Nagumo.Media;

/// <summary>What there is to measure on a chain's pattern.</summary>
public static class Pattern
{
    /// <summary>The number of half waves on a line (of whole waves on a ring): how often u crosses its mean.</summary>
    public static int Mode(ReadOnlySpan<double> u, ChainEnds ends)
    {
        double mean = Mean(u);
        int crossings = 0;
        for (int i = 1; i < u.Length; i++)
            if (u[i] > mean != u[i - 1] > mean)
                crossings++;
        if (ends == ChainEnds.ZeroFlux)
            return crossings;
        if (u[0] > mean != u[^1] > mean)
            crossings++;
        return crossings / 2;
    }

    /// <summary>Root mean square of u about its mean.</summary>
    public static double Deviation(ReadOnlySpan<double> u)
    {
        double mean = Mean(u),
            sum = 0;
        foreach (double x in u)
            sum += (x - mean) * (x - mean);
        return Math.Sqrt(sum / u.Length);
    }

    /// <summary>The amplitude of mode n of a line, 2/N Σ (u − mean) cos(πn(i + ½)/N).</summary>
    public static double Amplitude(ReadOnlySpan<double> u, int n)
    {
        double mean = Mean(u),
            sum = 0;
        for (int i = 0; i < u.Length; i++)
            sum += (u[i] - mean) * Math.Cos(Math.PI * n * (i + 0.5) / u.Length);
        return 2 * sum / u.Length;
    }

    /// <summary>A state with mode n of a line, amplitude A in u, on a uniform one.</summary>
    public static double[] Seed(Chain chain, RestState rest, int n, double amplitude)
    {
        var x = chain.Uniform(rest.U, rest.V);
        for (int i = 0; i < chain.Cells; i++)
            x[i] += amplitude * Math.Cos(Math.PI * n * (i + 0.5) / chain.Cells);
        return x;
    }

    private static double Mean(ReadOnlySpan<double> u)
    {
        double sum = 0;
        foreach (double x in u)
            sum += x;
        return sum / u.Length;
    }
}

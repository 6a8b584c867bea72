using Nagumo.Compute;
using Nagumo.Media;
using Nagumo.Networks;
using Nagumo.Neurons;

namespace Nagumo.Tests.Media;

/// <summary>States of sheets: where tests begin, and what they compare.</summary>
internal static class SheetStates
{
    public static double[] Random(SheetOptions options, ulong seed)
    {
        var values = new double[options.Rows * options.Columns];
        new Rng(seed).FillUniform(values, -1.5, 1.5);
        return values;
    }

    /// <summary>Random values of a field of a neuron, an activator's about the middle of its box: at an edge a potential may be infinitely steep.</summary>
    public static double[] Random(SheetOptions options, int field)
    {
        double[] values = Random(options, (ulong)field);
        return field == 0 && options.Kinetics.Box is { } box
            ? [.. values.Select(x => box.Low + (box.High - box.Low) * (0.5 + x / 10))]
            : values;
    }

    /// <summary>What confines a neuron's activator: its box, a little inside where the potential ends.</summary>
    public static Interval? BoxOf(Neuron neuron) => new Population("x", neuron, 1).Box;

    public static double[] Copy(Sheet<double> sheet, int field)
    {
        var values = new double[sheet.Options.Rows * sheet.Options.Columns];
        sheet.CopyTo(field, values);
        return values;
    }

    public static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }
}

using Nagumo.Compute;
using Nagumo.Media;

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

using System.Globalization;

namespace Nagumo.Data;

/// <summary>Fisher's iris flowers: 150 plants, four lengths, three species. Ships inside the library.</summary>
/// <remarks>
/// The numbers of Fisher's table, as R has them; the copy at UCI differs in two plants (35 and 38). A plant is a picture of 1 × 4 pixels: each
/// length on a fixed scale of its own, sepal length 4 to 8 cm, sepal width 2 to 4.5 cm, petal length 1 to 7 cm, petal width 0 to 2.5 cm, as a
/// byte; every tenth of a centimetre keeps a byte of its own. [Fisher 1936, doi:10.1111/j.1469-1809.1936.tb02137.x]
/// </remarks>
public static class Iris
{
    /// <summary>Number of stratified splits.</summary>
    public const int Folds = 5;

    private const string Resource = "Nagumo.Data.iris.csv";

    private static readonly (double Low, double High)[] Ranges = [(4, 8), (2, 4.5), (1, 7), (0, 2.5)];

    private static readonly Lazy<(double[] Lengths, byte[] Species)[]> Table = new(Read);

    /// <summary>The names of the classes.</summary>
    public static IReadOnlyList<string> Species { get; } = ["setosa", "versicolor", "virginica"];

    /// <summary>The lengths of every plant in centimetres, [150 × 4]: sepal length and width, petal length and width.</summary>
    public static double[][] Lengths => [.. Table.Value.Select(row => row.Lengths.ToArray())];

    /// <summary>A stratified split: every fifth plant of each species, from the <paramref name="fold"/>th on, tests; the others train.</summary>
    /// <param name="fold">0 to 4.</param>
    public static DataSet Load(int fold = 0)
    {
        if (fold is < 0 or >= Folds)
        {
            throw new ArgumentOutOfRangeException(nameof(fold), $"iris: split {fold} is outside 0 to {Folds - 1}.");
        }
        var tests = Enumerable.Range(0, Table.Value.Length).ToLookup(i => i % Folds == fold);
        return new DataSet("iris", Set(tests[false]), Set(tests[true]));
    }

    private static Samples Set(IEnumerable<int> plants)
    {
        int[] chosen = [.. plants];
        return new Samples(
            [1, Ranges.Length],
            chosen.SelectMany(i => Table.Value[i].Lengths.Select(Pixel)).ToArray(),
            new ClassTargets(Species.Count, chosen.SelectMany(i => Table.Value[i].Species.Select(s => (int)s)).ToArray(), Species)
        );
    }

    private static byte Pixel(double length, int column) =>
        (byte)Math.Round(255 * (length - Ranges[column].Low) / (Ranges[column].High - Ranges[column].Low));

    private static (double[], byte[])[] Read()
    {
        using var stream =
            typeof(Iris).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidDataException($"The library was built without its resource {Resource}.");
        using var reader = new StreamReader(stream);
        return
        [
            .. reader
                .ReadToEnd()
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Skip(1)
                .Select(line => line.Split(','))
                .Select(cells =>
                    (
                        cells[..4].Select(c => double.Parse(c, CultureInfo.InvariantCulture)).ToArray(),
                        new[] { byte.Parse(cells[4], CultureInfo.InvariantCulture) }
                    )
                ),
        ];
    }
}

using System.Numerics;

namespace Nagumo.Media;

/// <summary>The shape of a pattern: its activators above and below the middle of their range, in connected pieces.</summary>
/// <param name="HighFraction">Share of the cells that are high.</param>
/// <param name="HighPieces">Pieces of high cells, connected by their four sides.</param>
/// <param name="LowPieces">Pieces of low cells.</param>
/// <param name="LargestShare">Area of the largest high piece, as a share of all high cells.</param>
/// <param name="Range">Largest minus smallest activator.</param>
/// <param name="Middle">The middle of that range, which divides high from low.</param>
public readonly record struct PatternShape(
    double HighFraction,
    int HighPieces,
    int LowPieces,
    double LargestShare,
    double Range,
    double Middle
)
{
    /// <summary>"spots" (many high pieces in one low sea), "holes" (the reverse), or "labyrinth".</summary>
    public string Kind =>
        HighFraction < 0.4 && LowPieces <= HighPieces / 8 ? "spots"
        : HighFraction > 0.6 && HighPieces <= LowPieces / 8 ? "holes"
        : HighFraction is > 0.45 and < 0.55 ? "labyrinth"
        : "mixed";

    /// <summary>The shape of a sheet's activator.</summary>
    public static PatternShape Of<T>(Sheet<T> sheet)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, columns) = (sheet.Options.Rows, sheet.Options.Columns);
        T low = sheet.Read(0, 0)[0],
            high = low;
        for (int r = 0; r < rows; r++)
            foreach (T x in sheet.Read(0, r))
                (low, high) = (T.Min(low, x), T.Max(high, x));
        T middle = (low + high) / T.CreateChecked(2);
        var pieces = Pieces(sheet, middle);
        long highs = pieces.Where(s => s.High).Sum(s => (long)s.Size);
        return new(
            (double)highs / ((long)rows * columns),
            pieces.Count(s => s.High),
            pieces.Count(s => !s.High),
            highs == 0 ? 0 : (double)pieces.Where(s => s.High).Max(s => s.Size) / highs,
            double.CreateChecked(high - low),
            double.CreateChecked(middle)
        );
    }

    /// <summary>Connected pieces, each with its kind and size: runs of a row, united with those of the row above that they touch.</summary>
    private static List<(bool High, int Size)> Pieces<T>(Sheet<T> sheet, T middle)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (rows, columns) = (sheet.Options.Rows, sheet.Options.Columns);
        bool periodic = sheet.Options.Edges == SheetEdges.Periodic;
        var runs = new List<(int Start, int End, bool High)>();
        var parents = new List<int>();
        int above = 0,
            firstRow = 0;
        for (int r = 0; r < rows; r++)
        {
            int here = runs.Count;
            var row = sheet.Read(0, r);
            for (int c = 0, start = 0; c < columns; c++)
                if (c + 1 == columns || row[c + 1] > middle != row[c] > middle)
                {
                    runs.Add((start, c + 1, row[c] > middle));
                    parents.Add(parents.Count);
                    start = c + 1;
                }
            if (periodic && runs[here].High == runs[^1].High)
                Unite(here, runs.Count - 1);
            if (r == 0)
                firstRow = runs.Count;
            else
                Touch(above, here, here, runs.Count);
            above = here;
        }
        if (periodic)
            Touch(above, runs.Count, 0, firstRow);
        var sizes = new Dictionary<int, int>();
        for (int i = 0; i < runs.Count; i++)
            sizes[Root(i)] = sizes.GetValueOrDefault(Root(i)) + runs[i].End - runs[i].Start;
        return [.. sizes.Select(s => (runs[s.Key].High, s.Value))];

        // Two rows of runs, both from left to right.
        void Touch(int i, int lastOfI, int j, int lastOfJ)
        {
            while (i < lastOfI && j < lastOfJ)
            {
                if (runs[i].High == runs[j].High && runs[i].Start < runs[j].End && runs[j].Start < runs[i].End)
                    Unite(i, j);
                if (runs[i].End < runs[j].End)
                    i++;
                else
                    j++;
            }
        }

        void Unite(int i, int j) => parents[Root(i)] = Root(j);

        int Root(int i)
        {
            while (parents[i] != i)
                i = parents[i] = parents[parents[i]];
            return i;
        }
    }
}

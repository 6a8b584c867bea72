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
        var u = new T[rows * columns];
        sheet.CopyTo(0, u);
        T low = u.Min(),
            high = u.Max();
        T middle = (low + high) / T.CreateChecked(2);
        bool[] above = [.. u.Select(x => x > middle)];
        var sizes = Pieces(above, rows, columns, sheet.Options.Edges == SheetEdges.Periodic);
        int highs = above.Count(x => x);
        return new(
            (double)highs / u.Length,
            sizes.Count(s => s.High),
            sizes.Count(s => !s.High),
            highs == 0 ? 0 : (double)sizes.Where(s => s.High).Max(s => s.Size) / highs,
            double.CreateChecked(high - low),
            double.CreateChecked(middle)
        );
    }

    /// <summary>Connected pieces, each with its kind and size.</summary>
    private static List<(bool High, int Size)> Pieces(bool[] above, int rows, int columns, bool periodic)
    {
        var pieces = new List<(bool, int)>();
        var seen = new bool[above.Length];
        var open = new Stack<int>();
        for (int start = 0; start < above.Length; start++)
        {
            if (seen[start])
                continue;
            int size = 0;
            Visit(start);
            while (open.TryPop(out int cell))
            {
                size++;
                int r = cell / columns,
                    c = cell % columns;
                Beside(r - 1, c);
                Beside(r + 1, c);
                Beside(r, c - 1);
                Beside(r, c + 1);
            }
            pieces.Add((above[start], size));

            void Beside(int r, int c)
            {
                if (periodic)
                    (r, c) = ((r + rows) % rows, (c + columns) % columns);
                else if ((uint)r >= (uint)rows || (uint)c >= (uint)columns)
                    return;
                int cell = r * columns + c;
                if (!seen[cell] && above[cell] == above[start])
                    Visit(cell);
            }
        }
        return pieces;

        void Visit(int cell)
        {
            seen[cell] = true;
            open.Push(cell);
        }
    }
}

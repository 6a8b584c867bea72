namespace Nagumo.Symbolics;

/// <summary>An expression laid out for many enclosures: every part of it once, after the parts that it is made of.</summary>
/// <remarks>Isolating roots asks for the enclosure of one expression on thousands of intervals. One thread at a time.</remarks>
internal sealed class Enclosing
{
    /// <summary>Half of what one number is rounded by, and a little.</summary>
    private const double Ulp = 1.2e-16;

    private readonly Expr[] _parts;
    private readonly double _ulp;
    private readonly int[][] _operands;
    private readonly Enclosure[] _values;
    private readonly Enclosure[][] _gathered;

    /// <param name="e">The expression.</param>
    /// <param name="rounded">Whether its numbers, too, are known only as well as double holds them: it then tells what their rounding may do.</param>
    public Enclosing(Expr e, bool rounded = false)
    {
        _ulp = rounded ? Ulp : 0;
        var parts = new List<Expr>();
        var operands = new List<int[]>();
        var known = new Dictionary<Expr, int>();
        int Lay(Expr part)
        {
            if (known.TryGetValue(part, out int at))
                return at;
            int[] of = [.. Enclosure.Operands(part).Select(Lay)];
            parts.Add(part);
            operands.Add(of);
            known.Add(part, parts.Count - 1);
            return parts.Count - 1;
        }
        Lay(e);
        (_parts, _operands) = ([.. parts], [.. operands]);
        _values = new Enclosure[_parts.Length];
        _gathered = [.. _operands.Select(of => new Enclosure[of.Length])];
    }

    /// <summary>The values where the only symbol runs over an interval.</summary>
    public Enclosure On(Enclosure box)
    {
        for (int i = 0; i < _parts.Length; i++)
            _values[i] = _parts[i] is Symbol ? box : Part(i);
        return _values[^1];
    }

    /// <summary>The values where the symbols run over intervals, independently of each other.</summary>
    public Enclosure On(Func<Symbol, Enclosure> boxes)
    {
        for (int i = 0; i < _parts.Length; i++)
            _values[i] = _parts[i] is Symbol s ? boxes(s) : Part(i);
        return _values[^1];
    }

    private Enclosure Part(int i)
    {
        var gathered = _gathered[i];
        for (int k = 0; k < gathered.Length; k++)
            gathered[k] = _values[_operands[i][k]];
        return Enclosure.Of(_parts[i], gathered, _ulp);
    }
}

using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>The symbol of a circuit element.</summary>
public enum SchematicSymbol
{
    /// <summary>A wire.</summary>
    Wire,

    /// <summary>A resistor.</summary>
    Resistor,

    /// <summary>An inductor.</summary>
    Inductor,

    /// <summary>A capacitor.</summary>
    Capacitor,

    /// <summary>A tunnel diode.</summary>
    TunnelDiode,

    /// <summary>A voltage source, its positive plate first.</summary>
    Battery,

    /// <summary>A current source, its arrow from the first node to the second.</summary>
    CurrentSource,

    /// <summary>A current source that a voltage elsewhere controls.</summary>
    DependentSource,
}

/// <summary>An element of a schematic.</summary>
/// <param name="Symbol">What is drawn.</param>
/// <param name="Label">Its name, with ^{…} and _{…}.</param>
/// <param name="Value">Its value; null leaves it out.</param>
/// <param name="Note">A measured quantity, such as its power; null leaves it out.</param>
/// <param name="Upwards">Whether a source's arrow or positive plate points up.</param>
public sealed record SchematicElement(
    SchematicSymbol Symbol,
    string Label,
    string? Value = null,
    string? Note = null,
    bool Upwards = false
);

/// <summary>A node of a neuron: its name, and the branches from it to ground.</summary>
/// <param name="Label">The node's name.</param>
/// <param name="Branches">Elements of each branch from the node down.</param>
/// <param name="Voltage">A measured voltage; null leaves it out.</param>
public sealed record SchematicNode(string Label, IReadOnlyList<IReadOnlyList<SchematicElement>> Branches, string? Voltage = null);

/// <summary>One neuron, or several in a row with elements between their nodes.</summary>
public static class Schematic
{
    private const double Left = 56,
        Pitch = 104,
        Gap = 118,
        RowHeight = 278,
        Drop = 188,
        Small = 12;

    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="cells">The neurons, each with the same number of nodes (membrane, inhibitor).</param>
    /// <param name="links">Between each cell and the next: one element for each node, null for none.</param>
    /// <param name="continues">Whether the row goes on to the left and right.</param>
    public static void Save(
        string path,
        Caption caption,
        IReadOnlyList<IReadOnlyList<SchematicNode>> cells,
        IReadOnlyList<SchematicElement?> links,
        bool continues = false
    )
    {
        if (cells.Count == 0 || cells.Any(c => c.Count != cells[0].Count) || (cells.Count > 1 && links.Count != cells[0].Count))
        {
            throw new ArgumentException("A schematic needs cells with equally many nodes, and a link, or null, for each.", nameof(cells));
        }
        var rows = cells[0].Count;
        double Span(IReadOnlyList<SchematicNode> cell) => Pitch * (cell.Max(n => n.Branches.Count) - 1);
        var margin = continues ? 64 : 0;
        var width = Math.Max(480, (2 * Left) + (2 * margin) + cells.Sum(Span) + (Gap * (cells.Count - 1)) + 84);
        // The heading is measured on a canvas of the right width before the height is known.
        var top = Heading.Draw(Canvas.For(path, width, 100), caption) + 34;
        var canvas = Canvas.For(path, width, top + (RowHeight * rows) - 8);
        Heading.Draw(canvas, caption);
        for (var r = 0; r < rows; r++)
        {
            double x = Left + margin,
                y = top + (RowHeight * r);
            if (continues)
            {
                Continue(canvas, links[r], x, y, -1);
            }
            for (var c = 0; c < cells.Count; c++)
            {
                var right = x + Span(cells[c]);
                Node(canvas, cells[c][r], x, c + 1 < cells.Count || continues ? right : x, y);
                if (c + 1 < cells.Count)
                {
                    if (links[r] is { } link)
                    {
                        Symbols.Draw(canvas, link.Symbol, new(right, y), new(right + Gap, y));
                        Beside(canvas, link, new(right + (0.5 * Gap), y - 14), Anchor.Middle, above: true);
                    }
                    x = right + Gap;
                }
                else if (continues)
                {
                    Continue(canvas, links[r], right, y, +1);
                }
            }
        }
        canvas.Save(path);
    }

    private static void Node(Canvas canvas, SchematicNode node, double left, double right, double y)
    {
        var last = left + (Pitch * (node.Branches.Count - 1));
        right = Math.Max(right, last);
        Symbols.Lead(canvas, new(left, y), new(right, y));
        Symbols.Lead(canvas, new(left, y + Drop), new(last, y + Drop));
        Symbols.Joint(canvas, new(left, y));
        canvas.Text(new(left - 8, y - 10), node.Label, 13, Ink.Text, bold: true);
        if (node.Voltage is not null)
        {
            canvas.Text(new(left - 8 + Canvas.TextWidth(node.Label, 13, bold: true) + 10, y - 10), node.Voltage, Small, Ink.Line(0));
        }
        for (var b = 0; b < node.Branches.Count; b++)
        {
            var x = left + (Pitch * b);
            if (b > 0 && (b + 1 < node.Branches.Count || x < right))
            {
                Symbols.Joint(canvas, new(x, y));
            }
            if (b > 0 && b + 1 < node.Branches.Count)
            {
                Symbols.Joint(canvas, new(x, y + Drop));
            }
            Branch(canvas, node.Branches[b], x, y);
        }
        var ground = 0.5 * (left + last);
        if (node.Branches.Count > 1)
        {
            Symbols.Joint(canvas, new(ground, y + Drop));
        }
        Symbols.Ground(canvas, new(ground, y + Drop));
    }

    private static void Branch(Canvas canvas, IReadOnlyList<SchematicElement> elements, double x, double y)
    {
        var step = Drop / elements.Count;
        for (var i = 0; i < elements.Count; i++)
        {
            Vec from = new(x, y + (i * step)),
                to = new(x, y + ((i + 1) * step));
            var e = elements[i];
            Symbols.Draw(canvas, e.Symbol, e.Upwards ? to : from, e.Upwards ? from : to);
            if (e.Symbol == SchematicSymbol.Battery)
            {
                canvas.Text(new(x - 22, 0.5 * (from.Y + to.Y) + (e.Upwards ? 16 : -6)), "+", 12, Ink.Text, Anchor.Middle);
            }
            Beside(canvas, e, new(x + 20, 0.5 * (from.Y + to.Y)), Anchor.Start, above: false);
        }
    }

    /// <summary>Label, value and note: to the right of an upright element, above a lying one.</summary>
    private static void Beside(Canvas canvas, SchematicElement e, Vec at, Anchor anchor, bool above)
    {
        var lines = new List<(string Text, Color Color)> { (e.Label, Ink.Text) };
        if (e.Value is not null)
        {
            lines.Add((e.Value, Ink.Muted));
        }
        if (e.Note is not null)
        {
            lines.Add((e.Note, Ink.Line(1)));
        }
        var y = above ? at.Y - (15 * (lines.Count - 1)) : at.Y + 4 - (7.5 * (lines.Count - 1));
        foreach (var (text, color) in lines)
        {
            canvas.Text(new(at.X, y), text, Small, color, anchor);
            y += 15;
        }
    }

    /// <summary>A link that leads out of the figure, with dots.</summary>
    private static void Continue(Canvas canvas, SchematicElement? link, double x, double y, int side)
    {
        if (link is null)
        {
            return;
        }
        Symbols.Draw(canvas, link.Symbol, new(x, y), new(x + (side * 62), y));
        for (var i = 0; i < 3; i++)
        {
            canvas.Marker(new(x + (side * (72 + (7 * i))), y), 0, 1.6, Ink.Text);
        }
    }
}

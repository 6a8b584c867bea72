using Nagumo.Plots.Drawing;

namespace Nagumo.Plots;

/// <summary>A layer of a crossbar: neurons, and the signed conductances from the layer before.</summary>
/// <param name="Name">Name of the layer.</param>
/// <param name="Labels">Name or voltage of each node.</param>
/// <param name="Weights">[neurons × nodes of the layer before]; null for the first layer, the inputs.</param>
/// <param name="Notes">A measured quantity of each neuron; null leaves them out.</param>
/// <param name="Neuron">What stands for the neurons in their boxes.</param>
public sealed record CrossbarLayer(
    string Name,
    IReadOnlyList<string> Labels,
    double[,]? Weights = null,
    IReadOnlyList<string>? Notes = null,
    SchematicSymbol Neuron = SchematicSymbol.TunnelDiode
);

/// <summary>A layered network as a staircase of crossbars: every node is one wire, down through its inputs, then across its outputs.</summary>
public static class Crossbar
{
    /// <summary>The most wires of a figure that can still be read.</summary>
    public const int MaxWires = 48;

    private const double Step = 46,
        LeastLeft = 84,
        Room = 96,
        Small = 11.5;

    /// <summary>Writes the figure; the path ends with .png or .svg.</summary>
    /// <param name="path">The file to write; an existing one is replaced.</param>
    /// <param name="caption">Title and subtitle.</param>
    /// <param name="layers">Inputs first.</param>
    /// <param name="positive">What a positive weight is, for the legend.</param>
    /// <param name="negative">What a negative one is.</param>
    /// <exception cref="ArgumentException">Fewer than two layers, weights that do not fit, or too many wires.</exception>
    public static void Save(string path, Caption caption, IReadOnlyList<CrossbarLayer> layers, string positive, string negative)
    {
        if (layers.Count < 2 || layers[0].Weights is not null)
        {
            throw new ArgumentException("A crossbar needs inputs and at least one layer.", nameof(layers));
        }
        for (var l = 1; l < layers.Count; l++)
        {
            if (layers[l].Weights is not { } w || w.GetLength(0) != layers[l].Labels.Count || w.GetLength(1) != layers[l - 1].Labels.Count)
            {
                throw new ArgumentException($"Layer '{layers[l].Name}': its weights do not fit the layers.", nameof(layers));
            }
        }
        var wires = layers.Sum(l => l.Labels.Count);
        if (wires > MaxWires)
        {
            throw new ArgumentException(
                $"The network has {wires} nodes; at most {MaxWires} can be drawn. Draw a smaller one.",
                nameof(layers)
            );
        }
        // Column block l begins at x[l], row block l (the outputs of layer l) at y[l].
        var last = layers.Count - 1;
        double[] x = new double[layers.Count],
            y = new double[layers.Count];
        var left = Math.Max(LeastLeft, layers[0].Labels.Max(t => Canvas.TextWidth(t, Small)) + Heading.Left + 14);
        var width = left;
        for (var l = 1; l <= last; l++)
        {
            x[l] = width + 40;
            width = x[l] + (Step * layers[l].Labels.Count);
        }
        width = Math.Max(560, width + 40);
        var top = Heading.Draw(Canvas.For(path, width, 100), caption) + 26;
        var height = top + Room;
        for (var l = 0; l < last; l++)
        {
            y[l] = height;
            height += Step * layers[l].Labels.Count + (l + 1 < last ? Room : 0);
        }
        var canvas = Canvas.For(path, width, height + 18);
        Legend(canvas, Heading.Draw(canvas, caption) + 6, positive, negative);
        for (var l = 0; l <= last; l++)
        {
            Wires(canvas, layers, l, left, x, y);
        }
        for (var l = 1; l <= last; l++)
        {
            Crossings(canvas, layers[l].Weights!, x[l], y[l - 1]);
        }
        canvas.Save(path);
    }

    private static void Wires(Canvas canvas, IReadOnlyList<CrossbarLayer> layers, int l, double left, double[] x, double[] y)
    {
        var layer = layers[l];
        for (var i = 0; i < layer.Labels.Count; i++)
        {
            double column = x[l] + (Step * i),
                row = l + 1 < layers.Count ? y[l] + (Step * i) : double.NaN,
                end = l + 1 < layers.Count ? x[l + 1] + (Step * (layers[l + 1].Labels.Count - 1)) + 12 : double.NaN;
            if (l == 0)
            {
                Symbols.Lead(canvas, new(left, row), new(end, row));
                canvas.Marker(new(left, row), 0, 3.4, Ink.Text);
                canvas.Text(new(left - 10, row + 4), layer.Labels[i], Small, Ink.Text, Anchor.End);
                continue;
            }
            double above = y[l - 1] - 18,
                foot = l + 1 < layers.Count ? row : y[l - 1] + (Step * (layers[l - 1].Labels.Count - 1)) + 22;
            Symbols.Lead(
                canvas,
                l + 1 < layers.Count ? [new(column, above), new(column, foot), new(end, foot)] : [new(column, above), new(column, foot)]
            );
            Neuron(canvas, new(column, above), layer.Labels[i], layer.Notes?[i], layer.Neuron);
        }
    }

    /// <summary>A neuron as a box at the end of its wire, with what it is made of.</summary>
    private static void Neuron(Canvas canvas, Vec at, string label, string? note, SchematicSymbol symbol)
    {
        const double half = 15;
        Symbols.Lead(
            canvas,
            new(at.X - half, at.Y),
            new(at.X - half, at.Y - (2 * half)),
            new(at.X + half, at.Y - (2 * half)),
            new(at.X + half, at.Y),
            new(at.X - half, at.Y)
        );
        Symbols.Draw(
            canvas,
            symbol,
            new(at.X, at.Y - 3),
            new(at.X, at.Y - (2 * half) + 3),
            scale: symbol == SchematicSymbol.Resistor ? 0.46 : 0.62
        );
        canvas.Text(new(at.X, at.Y - (2 * half) - 6), label, 10.5, Ink.Text, Anchor.Middle);
        if (note is not null)
        {
            canvas.Text(new(at.X, at.Y - (2 * half) - 19), note, 9, Ink.Line(0), Anchor.Middle);
        }
    }

    private static void Crossings(Canvas canvas, double[,] weights, double x, double y)
    {
        var largest = weights.Cast<double>().Max(Math.Abs);
        for (var i = 0; i < weights.GetLength(0); i++)
        {
            for (var j = 0; j < weights.GetLength(1); j++)
            {
                var w = weights[i, j];
                if (w == 0)
                {
                    continue;
                }
                double column = x + (Step * i),
                    row = y + (Step * j);
                var color = Ink.Line(w > 0 ? 0 : 1);
                // Strong weights are dark; weak ones remain visible.
                var strength = 0.3 + (0.7 * Math.Abs(w) / largest);
                Vec from = new(column - 24, row),
                    to = new(column, row + 24);
                Symbols.Draw(canvas, SchematicSymbol.Resistor, from, to, Faded(color, strength), scale: 0.46);
                canvas.Marker(from, 0, 2, Ink.Text);
                canvas.Marker(to, 0, 2, Ink.Text);
            }
        }
    }

    private static Color Faded(Color color, double strength)
    {
        byte Channel(byte c, byte paper) => (byte)(paper + (strength * (c - paper)));
        return new(Channel(color.R, Ink.Paper.R), Channel(color.G, Ink.Paper.G), Channel(color.B, Ink.Paper.B));
    }

    private static void Legend(Canvas canvas, double y, string positive, string negative)
    {
        double x = Heading.Left;
        foreach (var (text, style) in (IEnumerable<(string, int)>)[(positive, 0), (negative, 1)])
        {
            Symbols.Draw(canvas, SchematicSymbol.Resistor, new(x, y), new(x + 34, y), Ink.Line(style), 0.6);
            canvas.Text(new(x + 42, y + 4), text, Small, Ink.Text);
            x += 42 + Canvas.TextWidth(text, Small) + 26;
        }
    }
}

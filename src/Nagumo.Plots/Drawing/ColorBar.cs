namespace Nagumo.Plots.Drawing;

/// <summary>The scale of a picture's colours, upright, with its numbers to the right: as much of it as is used.</summary>
internal static class ColorBar
{
    /// <param name="canvas">Where it is drawn.</param>
    /// <param name="box">Place of the colours.</param>
    /// <param name="low">Smallest value shown, at the lower end.</param>
    /// <param name="high">Largest value shown, at the upper end.</param>
    /// <param name="color">The colour of a value.</param>
    /// <param name="quantity">What is shown; stands below, in as many lines as the canvas's edge asks for.</param>
    public static void Draw(Canvas canvas, Box box, double low, double high, Func<double, Color> color, string quantity)
    {
        const int Steps = 240,
            Size = 12;
        var pixels = new Color[Steps, 1];
        for (var i = 0; i < Steps; i++)
        {
            pixels[i, 0] = color(high - ((high - low) * (i + 0.5) / Steps));
        }
        canvas.Image(box, pixels);
        var axis = Axis.Linear([low, high], round: false, wanted: 5);
        foreach (var tick in axis.Ticks)
        {
            var y = box.Bottom - (axis.Place(tick.Value) * box.Height);
            canvas.Line(box.Right, y, box.Right + 4, y, 1, Ink.Axis);
            canvas.Text(new(box.Right + 8, y + 4), tick.Label, 11, Ink.Muted);
        }
        var y0 = box.Bottom + 20;
        foreach (var line in Heading.Wrap(quantity, Size, bold: false, canvas.Width - box.X))
        {
            canvas.Text(new(box.X, y0), line, Size, Ink.Text);
            y0 += Size + 3;
        }
    }
}

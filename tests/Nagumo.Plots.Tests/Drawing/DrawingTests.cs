using System.IO.Compression;
using Nagumo.Plots.Drawing;

namespace Nagumo.Plots.Tests.Drawing;

public sealed class DrawingTests
{
    [Fact]
    public void A_title_leaves_ink_of_the_right_extent()
    {
        var canvas = new PngCanvas(200, 40);
        canvas.Text(new(10, 30), "Nagumo", 20, Ink.Text, bold: true);
        var (left, right, dark) = Extent(canvas.Pixels);
        // Side bearings are below a tenth of the size; two pixels per point.
        Assert.InRange(left, 20, 24);
        Assert.InRange(
            right,
            20 + (2 * Canvas.TextWidth("Nagumo", 20, bold: true)) - 5,
            20 + (2 * Canvas.TextWidth("Nagumo", 20, bold: true))
        );
        Assert.InRange(dark, 500, 3000);
    }

    [Fact]
    public void Both_fonts_have_every_character_that_figures_use()
    {
        const string Used = "AZaz09 %()=.,:;+−–·×|/#βγθτσμ∂≤≥≈°\u2009";
        var missing = Used.Where(c => !Font.Regular.Has(c) || !Font.Bold.Has(c));
        Assert.Empty(missing);
    }

    [Fact]
    public void A_fractional_rectangle_covers_pixels_by_its_share()
    {
        var raster = new Raster(4, 4, Ink.Paper);
        raster.Fill(
            [
                [new(1.25, 1), new(2, 1), new(2, 2), new(1.25, 2)],
            ],
            Color.Hex(0)
        );
        Assert.InRange(raster.Rgb[((1 * 4) + 1) * 3], 63, 65); // 255 · (1 − 0.75)
        Assert.Equal(255, raster.Rgb[((1 * 4) + 2) * 3]);
        Assert.Equal(255, raster.Rgb[((2 * 4) + 1) * 3]);
    }

    [Fact]
    public void Overlapping_parts_of_one_line_are_painted_once()
    {
        var canvas = new PngCanvas(40, 40);
        canvas.Stroke([new(5, 20), new(35, 20), new(5, 20)], 6, new Color(0, 0, 0, 128));
        Assert.InRange(canvas.Pixels.Rgb[((40 * 80) + 40) * 3], 126, 129);
    }

    [Fact]
    public void Png_holds_the_pixels()
    {
        byte[] rgb = [255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30];
        var file = Png.Encode(rgb, 2, 2);
        var at = file.AsSpan().IndexOf("IDAT"u8) + 4;
        using var zlib = new ZLibStream(new MemoryStream(file, at, file.Length - at), CompressionMode.Decompress);
        var lines = new byte[14];
        zlib.ReadExactly(lines);
        byte[] expected = [2, 255, 0, 0, 0, 255, 0, 2, 1, 0, 255, 10, 21, 30];
        Assert.Equal(expected, lines);
    }

    [Fact]
    public void Signed_colours_are_even_in_lightness_and_grow_darker()
    {
        for (var t = 0.1; t <= 1; t += 0.1)
        {
            // Same OKLab lightness; Rec. 709 luma of the two hues then differs by a few percent only.
            Assert.Equal(ColorMap.Signed(t).Luma, ColorMap.Signed(-t).Luma, 0.08);
            Assert.True(ColorMap.Signed(t).Luma < ColorMap.Signed(t - 0.1).Luma);
        }
        Assert.Equal(ColorMap.Signed(0), ColorMap.Signed(double.NaN));
    }

    [Theory]
    [InlineData(0, 0.5, "0.0")]
    [InlineData(-0.25, 0.05, "−0.25")]
    [InlineData(10000, 1, "10\u2009000")]
    [InlineData(2000, 500, "2000")]
    [InlineData(3e8, 1e8, "3·10^{8}")]
    [InlineData(0, 1e-300, "0")]
    [InlineData(1e9, 1, "1.000000000·10^{9}")]
    [InlineData(-1e30, 1e22, "−1.00000000·10^{30}")]
    [InlineData(1, 1e-7, "1.0000000")]
    public void Numbers_are_readable(double value, double step, string text) => Assert.Equal(text, Axis.Number(value, step));

    [Theory]
    [InlineData(0.003, 0.9)]
    [InlineData(1.7, 9)]
    [InlineData(1e-12, 1e3)]
    [InlineData(5, 5)]
    public void A_logarithmic_axis_has_two_labels_at_least(double min, double max)
    {
        var axis = Axis.Logarithmic([min, max]);
        Assert.InRange(axis.Ticks.Count(t => t.Label.Length > 0), 1, 12);
        Assert.InRange(axis.Place(min), 0, 0.5);
        Assert.InRange(axis.Place(max), 0.5, 1);
    }

    [Fact]
    public void A_linear_axis_of_equal_values_has_a_width()
    {
        Assert.Equal(0.5, Axis.Linear([3, 3], round: false).Place(3), 1e-12);
        Assert.Equal(0.5, Axis.Linear([0], round: false).Place(0), 1e-12);
    }

    /// <summary>Any range at any offset, also one below a rounding of its values: a few ticks within the axis, no two labelled alike.</summary>
    [Fact]
    public void An_axis_of_any_size_at_any_offset_has_a_few_different_ticks()
    {
        double[] powers = [-300, -250, -100, -17, -9, -5, -1, 0, 3, 6, 7, 8, 15, 22, 30, 100, 250, 300];
        foreach (var range in powers.Select(p => Math.Pow(10, p)))
        {
            foreach (var offset in powers.SelectMany(p => (double[])[Math.Pow(10, p), -3.7 * Math.Pow(10, p)]).Append(0))
            {
                foreach (var round in (bool[])[false, true])
                {
                    var axis = Axis.Linear([offset, offset + range], round);
                    var places = axis.Ticks.Select(t => axis.Place(t.Value)).ToList();
                    Assert.InRange(axis.Ticks.Count, 2, 12);
                    // A rounding of the values, 1e-16 of them, is up to 1e-4 of a range of 1e-12 of them.
                    Assert.All(places, p => Assert.InRange(p, -1e-3, 1 + 1e-3));
                    Assert.Equal(places.Order(), places);
                    Assert.Distinct(axis.Ticks.Select(t => t.Label));
                    Assert.InRange(axis.Place(offset), -1e-3, 1 + 1e-3);
                    Assert.InRange(axis.Place(offset + range), -1e-3, 1 + 1e-3);
                }
            }
        }
    }

    [Theory]
    [InlineData(-1e308, 1.7e308)]
    [InlineData(0, double.Epsilon)]
    [InlineData(-1e-310, 1e-308)]
    [InlineData(double.MaxValue, double.MaxValue)]
    public void An_axis_at_the_ends_of_the_numbers_is_finite(double min, double max)
    {
        var axis = Axis.Linear([min, max], round: true);
        Assert.True(double.IsFinite(axis.Max - axis.Min) && axis.Max > axis.Min);
        Assert.InRange(axis.Ticks.Count, 2, 12);
    }

    [Theory]
    [InlineData(1e-300, 1e300)]
    [InlineData(double.Epsilon, double.MaxValue)]
    [InlineData(double.Epsilon, double.Epsilon)]
    [InlineData(double.MaxValue, double.MaxValue)]
    public void A_logarithmic_axis_of_any_size_is_finite(double min, double max)
    {
        var axis = Axis.Logarithmic([min, max]);
        Assert.True(axis.Min > 0 && axis.Max > axis.Min && double.IsFinite(axis.Max));
        Assert.True(double.IsFinite(axis.Place(1)));
    }

    private static (int Left, int Right, int Dark) Extent(Raster raster)
    {
        int left = raster.Width,
            right = -1,
            dark = 0;
        for (var i = 0; i < raster.Width * raster.Height; i++)
        {
            if (raster.Rgb[3 * i] < 128)
            {
                left = Math.Min(left, i % raster.Width);
                right = Math.Max(right, i % raster.Width);
                dark++;
            }
        }
        return (left, right, dark);
    }
}

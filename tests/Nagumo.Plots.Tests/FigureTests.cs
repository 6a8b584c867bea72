using System.Buffers.Binary;
using System.Xml.Linq;
using Nagumo.Plots.Drawing;

namespace Nagumo.Plots.Tests;

/// <summary>Every figure as PNG and SVG. The files stay in the folder beside the tests to be looked at.</summary>
public sealed class FigureTests
{
    private static readonly Caption Caption = new(
        "A figure of the test",
        "FitzHugh–Nagumo network 784–512–10 on MNIST, centred EqProp β = 0.1, seed 1"
    );

    public static TheoryData<string> Extensions => [".png", ".svg"];

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Learning_curve(string extension) =>
        Check("learning-curve", extension, path => LearningCurve.Save(path, Caption, Samples.Errors(), Samples.Losses()));

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Learning_curve_without_loss_and_with_zero_error(string extension) =>
        Check(
            "learning-curve-short",
            extension,
            path => LearningCurve.Save(path, Caption, [new("test", [1, 2, 3, 4], [3.1, 1.2, 0, double.NaN])])
        );

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Confusion_matrix(string extension) =>
        Check("confusion", extension, path => ConfusionMatrix.Save(path, Caption, Samples.Counts(), Samples.Fashion));

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Weight_images(string extension) => Check("weights", extension, path => WeightImages.Save(path, Caption, Samples.Weights()));

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Gradient_error(string extension) =>
        Check("gradient-error", extension, path => GradientError.Save(path, Caption, Samples.Gradients()));

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Residual_curve(string extension) =>
        Check("residual", extension, path => ResidualCurve.Save(path, Caption, Samples.Residuals(), tolerance: 1e-6));

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Chart_with_theory_measurements_and_marks(string extension) =>
        Check(
            "chart",
            extension,
            path =>
                Chart.Save(
                    path,
                    Caption,
                    new("current I (dimensionless)"),
                    new("amplitude of u", Min: 0),
                    [
                        new(new("theory", [0, 0.5, 1, 2], [0, 0.7, 1, 1.41]), CurveStyle.Dashed),
                        new(new("measured", [-1, 0.5, 1, 2], [0, 0.71, 1.02, double.NaN]), CurveStyle.Points),
                        new(new("leaves the frame", [-2, -1, double.NaN, 0, 3], [-3, 1, 1, 0.2, 0.3])),
                    ],
                    [new(0, "onset I_{c}"), new(1.9, "a mark that would leave the frame")]
                )
        );

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Space_time_picture(string extension) =>
        Check(
            "space-time",
            extension,
            path =>
                SpaceTimePicture.Save(
                    path,
                    Caption,
                    [
                        .. Enumerable
                            .Range(0, 300)
                            .Select(t => Enumerable.Range(0, 80).Select(i => Math.Tanh(t / 90.0) * Math.Cos(i / 4.0)).ToArray()),
                    ],
                    60,
                    -0.2,
                    "activator u"
                )
        );

    [Fact]
    public void A_line_that_leaves_the_frame_is_cut_at_its_edge()
    {
        string path = Place("cut.svg");
        Chart.Save(path, Caption, new("x", Min: 0, Max: 1), new("y", Min: 0, Max: 1), [new(new("", [-1, 2], [-1, 2]))]);
        var points = XDocument
            .Load(path)
            .Descendants()
            .Where(e => e.Name.LocalName == "polyline" && (string?)e.Attribute("stroke") == "#0072b2")
            .Select(e => (string)e.Attribute("points")!)
            .Single()
            .Split(' ')
            .Select(p => p.Split(',').Select(x => double.Parse(x, System.Globalization.CultureInfo.InvariantCulture)).ToArray())
            .ToArray();
        // The frame's corners: 92 from the left, 36 from the right, 62 from below.
        Assert.Equal(2, points.Length);
        Assert.Equal([92, 460 - 62], points[0]);
        Assert.Equal(720 - 36, points[1][0], 0.01);
    }

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Sheet(string extension) =>
        Check(
            "sheet",
            extension,
            path =>
                SheetPicture.Save(
                    path,
                    Caption,
                    Samples.Sheet(48, 60),
                    "u",
                    -1,
                    1,
                    [
                        [(3, 4), (20.5, 30), (50, 40)],
                    ],
                    "A note below"
                )
        );

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Symmetry_plot_with_a_few_large_pairs(string extension)
    {
        double[] x = [.. Enumerable.Range(0, 200).Select(i => i < 2 ? 50.0 : Math.Sin(i))],
            y = [.. Enumerable.Range(0, 200).Select(i => i < 2 ? 50.0 : Math.Sin(i) + 0.1 * Math.Cos(7 * i))];
        Check("symmetry", extension, path => SymmetryPlot.Save(path, Caption, [new("at rest", x, y)]));
    }

    [Fact]
    public void One_point_is_a_figure()
    {
        Check("one-point", ".png", path => LearningCurve.Save(path, Caption, [new("test", [1], [2.5])]));
        Check("one-residual", ".png", path => ResidualCurve.Save(path, Caption, [new("sweeps", [0], [0.5])]));
    }

    [Fact]
    public void Nothing_finite_is_an_empty_figure() =>
        Check("empty", ".png", path => GradientError.Save(path, Caption, [new("none", [double.NaN], [0])]));

    [Fact]
    public void Other_extensions_are_refused()
    {
        var e = Assert.Throws<ArgumentException>(() => LearningCurve.Save("curve.bmp", Caption, Samples.Errors()));
        Assert.Contains(".png or .svg", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_shapes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Series("a", [1, 2], [1]));
        Assert.Throws<ArgumentException>(() => LearningCurve.Save("a.png", Caption, []));
        Assert.Throws<ArgumentException>(() => ConfusionMatrix.Save("a.png", Caption, new int[2, 3]));
        Assert.Throws<ArgumentException>(() =>
            ConfusionMatrix.Save(
                "a.png",
                Caption,
                new int[2, 2]
                {
                    { 1, -1 },
                    { 0, 1 },
                }
            )
        );
        Assert.Throws<ArgumentException>(() => WeightImages.Save("a.png", Caption, new float[783]));
        Assert.Throws<ArgumentException>(() =>
            SpaceTimePicture.Save(
                "a.png",
                Caption,
                [
                    [1, 2],
                    [1],
                ],
                1,
                0,
                "u"
            )
        );
        Assert.Throws<ArgumentException>(() => new SheetField(new float[12], 3, 5));
        Assert.Throws<ArgumentException>(() => SheetPicture.Save("a.png", Caption, Samples.Sheet(3, 4), "u", 1, 1));
        Assert.Throws<ArgumentException>(() => new SheetFilm(3, 4, double.NaN, 1));
        Assert.Throws<ArgumentException>(() => new SheetFilm(3, 4, 0, 1).Add(Samples.Sheet(4, 3)));
        Assert.Throws<ArgumentException>(() => Chart.Save("a.png", Caption, new("x"), new("y"), []));
    }

    [Fact]
    public void The_same_data_give_the_same_bytes()
    {
        string a = Place("same-a.png"),
            b = Place("same-b.png");
        ResidualCurve.Save(a, Caption, Samples.Residuals());
        ResidualCurve.Save(b, Caption, Samples.Residuals());
        Assert.Equal(File.ReadAllBytes(a), File.ReadAllBytes(b));
    }

    private static void Check(string name, string extension, Action<string> save)
    {
        var path = Place(name + extension);
        File.Delete(path);
        save(path);
        if (extension == ".svg")
        {
            var text = XDocument.Load(path).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToList();
            Assert.Contains(Caption.Title, text);
            Assert.DoesNotContain(
                XDocument.Load(path).Descendants().Attributes(),
                a => a.Value.StartsWith("NaN", StringComparison.Ordinal)
            );
            return;
        }
        var bytes = File.ReadAllBytes(path);
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], bytes[..4]);
        Assert.InRange(BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)), 800, 2400);
    }

    private static string Place(string file)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "figures");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, file);
    }
}

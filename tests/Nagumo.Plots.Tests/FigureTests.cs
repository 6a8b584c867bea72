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
    public void What_XML_does_not_allow_is_shown_as_its_code()
    {
        string path = Place("control.svg");
        Chart.Save(
            path,
            new("bell \u0007 and \u001b[31m", "half a pair \uD83E, a whole one 🧠, < & \uFFFF"),
            new("x"),
            new("y"),
            [new(new("", [0, 1], [0, 1]))]
        );

        string[] texts = [.. XDocument.Load(path).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];

        Assert.Contains("bell \\u0007 and \\u001b[31m", texts);
        Assert.Contains("half a pair \\ud83e, a whole one 🧠, < & \\uffff", texts);
    }

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

    /// <summary>However many digits it takes to tell values apart, numbers and labels lie on the picture, and no two numbers on each other.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(-1e18, 1e8)]
    [InlineData(-1e30, 1e19)]
    [InlineData(1e-200, 1e-209)]
    [InlineData(-1e300, 1e285)]
    public void Labels_of_any_length_lie_on_the_picture(double offset, double range)
    {
        string path = Place($"long-labels-{offset:G1}.svg");
        double[] values = [offset, offset + range];
        Chart.Save(path, Caption, new("current"), new("inhibitor"), [new(new("", values, values))], square: true);
        var texts = XDocument.Load(path).Descendants().Where(e => e.Name.LocalName == "text").ToArray();
        double X(XElement e) => double.Parse((string)e.Attribute("x")!, System.Globalization.CultureInfo.InvariantCulture);
        double Width(XElement e) => Canvas.TextWidth(e.Value, Frame.Small);

        var label = texts.Single(e => e.Value == "inhibitor");
        var upright = texts.Where(e => (string?)e.Attribute("text-anchor") == "end").ToArray();
        var across = texts.Where(e => (string?)e.Attribute("text-anchor") == "middle" && e.Value.Any(char.IsDigit)).OrderBy(X).ToArray();
        Assert.InRange(X(label), 13, 92);
        Assert.NotEmpty(upright);
        Assert.All(upright, e => Assert.True(X(e) - Width(e) > X(label)));
        Assert.NotEmpty(across);
        Assert.All(across, e => Assert.InRange(X(e) + (0.5 * Width(e)), 0, 640));
        Assert.All(
            across.Zip(across.Skip(1)),
            p => Assert.True(X(p.First) + (0.4 * Width(p.First)) < X(p.Second) - (0.4 * Width(p.Second)))
        );
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
        Check("symmetry", extension, path => SymmetryPlot.Save(path, Caption, new("at rest", x, y)));
    }

    [Fact]
    public void A_symmetry_plot_shows_every_pair_however_small()
    {
        // 3000 symmetric pairs of about 0.01 beside 500 of −1.4: on a linear axis the former would be one dot.
        double[] x = [.. Enumerable.Range(0, 3500).Select(i => i < 500 ? -1.4 : 0.01 * Math.Sin(i))];
        string path = Place("density.svg");
        SymmetryPlot.Save(path, Caption, new("pairs", x, x));

        var cells = Polygons(path).Where(p => p.Fill != "#ffffff").Select(p => p.Points).Where(p => p.Length == 4).ToArray();
        double[] left = [.. cells.Select(p => p.Min(c => c.X))];
        // A tenth and more of the frame, which is 492 wide, holds the small ones; the large one is alone.
        Assert.True(left.Max() - left.Order().ElementAt(1) > 49, "the small pairs are one spot");
        Assert.Contains("3500 pairs, in a place: 1", Texts(path));
        Assert.Equal(2, Texts(path).Count(t => t.EndsWith("signed log scale", StringComparison.Ordinal)));
        // As far right of the left edge as above the lower one: on the diagonal.
        const double bottom = 660 - 62;
        Assert.All(cells, p => Assert.Equal((p.Min(c => c.X) - 92) / 492, (bottom - p.Max(c => c.Y)) / (bottom - Top(path)), 0.01));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_logarithmic_axis_says_so(bool logarithmic)
    {
        string path = Place($"scale-{logarithmic}.svg");
        LearningCurve.Save(
            path,
            Caption,
            [new("training", [1, 2, 3], [50, 20, logarithmic ? 1 : 0])],
            [new("training", [1, 2, 3], [1, 0.8, 0.5])],
            labelX: "update"
        );
        Assert.Contains(logarithmic ? "error (%), log scale" : "error (%)", Texts(path));
        Assert.Contains("loss", Texts(path));
        Assert.Contains("update", Texts(path));
        Assert.DoesNotContain("epoch", Texts(path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_tolerance_curve_keeps_its_dots_off_the_frame_and_shows_what_is_ideal(bool logarithmic)
    {
        double[] sizes = [0.05, 0.1, 0.2];
        string path = Place($"tolerance-{logarithmic}.svg");
        ToleranceCurve.Save(
            path,
            Caption,
            "mismatch",
            [new("trained there", sizes, [2, 2, 2])],
            [new("chips", sizes, [2, 2, 2.5])],
            new("ideal devices", sizes, logarithmic ? [1.9, 2, 2.1] : [2, 2, 2]),
            logarithmic
        );
        // The legend's marker stands left of 60; the frame 84 from the left, 36 from the right, 62 from below.
        var dots = Polygons(path).Where(p => p.Fill == "#0072b2").SelectMany(p => p.Points).Where(p => p.X > 60).ToArray();
        Assert.All(dots, p => Assert.InRange(p.X, 84 + 6, 720 - 36 - 6));
        Assert.All(dots, p => Assert.InRange(p.Y, Top(path), 500 - 62 - 1));
        Assert.Contains("ideal devices", Texts(path));
        // A broken line in the legend, and one above all else in the plot.
        var broken = XDocument.Load(path).Descendants().Where(e => e.Attribute("stroke-dasharray") is not null).ToArray();
        Assert.Equal(2, broken.Length);
        Assert.DoesNotContain(broken[1].ElementsAfterSelf(), e => e.Attribute("stroke") is not null);
    }

    [Fact]
    public void No_line_strikes_through_the_words_of_a_mark()
    {
        string path = Place("marks.svg");
        Chart.Save(
            path,
            Caption,
            new("x"),
            new("y", Min: 0),
            [new(new("", [0, 1], [0, 0.0275]))],
            [new(0.30, "the first mark"), new(0.32, "one beside it"), new(0.9, "a mark at the right end")]
        );
        var all = XDocument.Load(path).Descendants().ToList();
        foreach (string words in (string[])["the first mark", "one beside it", "a mark at the right end"])
        {
            int at = all.FindIndex(e => e.Value == words && e.Name.LocalName == "text");
            // Paper lies directly beneath, and the lines of the grid and of marks beneath that.
            Assert.Equal("#ffffff", (string?)all[at - 1].Attribute("fill"));
            Assert.DoesNotContain(all[at..], e => (string?)e.Attribute("stroke") is "#e7eaed" or "#59626c");
        }
        double[] rows = [.. all.Where(e => e.Value is "the first mark" or "one beside it").Select(e => Number(e.Attribute("y")!.Value))];
        Assert.True(Math.Abs(rows[0] - rows[1]) > 12, "both words stand in one row");
    }

    [Fact]
    public void Arrows_show_where_a_trajectory_goes()
    {
        // Three times counter-clockwise round a circle: u = cos, v = sin.
        double[] angle = [.. Enumerable.Range(0, 601).Select(i => 6 * Math.PI * i / 600)];
        string path = Place("arrows.svg");
        Chart.Save(
            path,
            Caption,
            new("u", Min: -1.2, Max: 1.2),
            new("v", Min: -1.2, Max: 1.2),
            [new(new("", [.. angle.Select(Math.Cos)], [.. angle.Select(Math.Sin)]), Directed: true)],
            square: true
        );
        var heads = Polygons(path).Select(p => p.Points).Where(p => p.Length == 3).ToArray();
        Assert.InRange(heads.Length, 4, 24);
        double centreX = 0.5 * (92 + 640 - 36),
            centreY = 0.5 * (Top(path) + 640 - 62);
        foreach (var head in heads)
        {
            double fromX = (0.5 * (head[1].X + head[2].X)) - centreX,
                fromY = (0.5 * (head[1].Y + head[2].Y)) - centreY;
            // y points down on the canvas: counter-clockwise is a negative cross product.
            Assert.True((fromX * (head[0].Y - centreY)) - (fromY * (head[0].X - centreX)) < 0, "an arrow points backwards");
        }
    }

    [Fact]
    public void Cells_are_numbered_from_0_to_one_less_than_there_are()
    {
        string path = Place("cells.svg");
        double[] row = [0, 1, 2, 3, 4];
        SpaceTimePicture.Save(path, Caption, [row, row], 1, 0, "u");
        string[] numbers =
        [
            .. XDocument
                .Load(path)
                .Descendants()
                .Where(e => e.Name.LocalName == "text" && (string?)e.Attribute("text-anchor") == "middle" && e.Value.All(char.IsDigit))
                .Select(e => e.Value),
        ];
        Assert.Equal(["0", "1", "2", "3", "4"], numbers);
    }

    // DejaVu Sans sets lines like these 1.12 times as wide as Open Sans, in bold 1.21 times (a browser's measureText).
    [Fact]
    public void A_heading_fits_whatever_sans_serif_the_reader_has()
    {
        string path = Place("heading.svg");
        string Long(string text) => string.Join(' ', Enumerable.Repeat(text, 12));
        Chart.Save(path, new(Long("A neuron"), Long("voltages and powers at rest")), new("x"), new("y"), [new(new("", [0, 1], [0, 1]))]);
        var document = XDocument.Load(path);
        double width = (double)document.Root!.Attribute("width")!;
        XElement[] lines = [.. document.Descendants().Where(e => e.Name.LocalName == "text" && e.Value.Length > 20)];
        Assert.True(lines.Length >= 4, "title and subtitle take two lines at least");
        foreach (var line in lines)
        {
            bool bold = line.Attribute("font-weight") is not null;
            double right =
                (double)line.Attribute("x")!
                + ((bold ? 1.21 : 1.12) * Canvas.TextWidth(line.Value, (double)line.Attribute("font-size")!, bold));
            Assert.True(right <= width - 20, line.Value);
        }
    }

    [Fact]
    public void A_value_between_two_gaps_is_seen()
    {
        string path = Place("gaps.svg");
        Chart.Save(path, Caption, new("x"), new("y"), [new(new("", [0, 1, 2, 3, 4], [1, double.NaN, 2, double.NaN, 3]))]);
        Assert.Equal(3, Polygons(path).Count(p => p.Fill == "#0072b2"));
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

    private static List<string> Texts(string svg) =>
        [.. XDocument.Load(svg).Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];

    /// <summary>Filled shapes with their corners.</summary>
    private static List<(string Fill, (double X, double Y)[] Points)> Polygons(string svg) =>
        [
            .. XDocument
                .Load(svg)
                .Descendants()
                .Where(e => e.Name.LocalName == "polygon")
                .Select(e =>
                    (
                        (string)e.Attribute("fill")!,
                        ((string)e.Attribute("points")!)
                            .Split(' ')
                            .Select(p => p.Split(','))
                            .Select(p => (Number(p[0]), Number(p[1])))
                            .ToArray()
                    )
                ),
        ];

    /// <summary>Upper end of the frame: where its left line begins.</summary>
    private static double Top(string svg) =>
        XDocument
            .Load(svg)
            .Descendants()
            .Where(e => (string?)e.Attribute("stroke") == "#8b949e")
            .Select(e => (string)e.Attribute("points")!)
            .Select(p => p.Split(' ', ',').Select(Number).ToArray())
            .Where(p => p[0] == p[2])
            .Min(p => Math.Min(p[1], p[3]));

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static string Place(string file)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "figures");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, file);
    }

    /// <summary>Labels stand apart, near their places and beside the panel, however many crowd at an end.</summary>
    [Theory]
    [InlineData(100, 100, 100, 100, 100)]
    [InlineData(98, 99, 97, 96, 95)]
    [InlineData(0, 1, 2, 3, 4)]
    [InlineData(10, 50, 50, 51, 90)]
    public void Labels_stay_beside_their_panel(params int[] wanted)
    {
        double[] places = LearningCurve.Spread([.. wanted.Select(y => (double)y)], 15, 7, 96);
        double[] sorted = [.. places.Order()];
        Assert.All(places, y => Assert.InRange(y, 7, 96));
        for (int i = 1; i < sorted.Length; i++)
            Assert.True(sorted[i] - sorted[i - 1] > 14.9, string.Join(", ", sorted));
        // Who wants to be higher up is.
        for (int i = 0; i < wanted.Length; i++)
        for (int k = 0; k < wanted.Length; k++)
            Assert.True(wanted[i] >= wanted[k] || places[i] < places[k]);
    }
}

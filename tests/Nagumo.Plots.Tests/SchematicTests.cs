using System.Xml.Linq;

namespace Nagumo.Plots.Tests;

/// <summary>Schematics: the right symbols, nothing outside the paper.</summary>
public sealed class SchematicTests : IDisposable
{
    private static readonly Caption Caption = new("A schematic of the test", "V_{0} = 207 mV");
    private readonly string _folder = Directory.CreateTempSubdirectory("nagumo-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_chain_has_its_labels_and_stays_on_the_paper()
    {
        SchematicNode Cell(string name) =>
            new(
                name,
                [
                    [new(SchematicSymbol.TunnelDiode, "D", null, "167 µW")],
                    [new(SchematicSymbol.Capacitor, "C", "1 nF")],
                    [new(SchematicSymbol.Inductor, "L"), new(SchematicSymbol.Resistor, "R", "37.1 Ω"), new(SchematicSymbol.Battery, "E")],
                    [new(SchematicSymbol.CurrentSource, "I", Upwards: true)],
                    [new(SchematicSymbol.DependentSource, "g W")],
                ],
                "36.6 mV"
            );
        string path = Path.Combine(_folder, "chain.svg");
        Schematic.Save(
            path,
            Caption,
            [
                [Cell("V_{1}")],
                [Cell("V_{2}")],
            ],
            [new(SchematicSymbol.Resistor, "R_{u}", "46.3 Ω")],
            continues: true
        );
        var svg = OnPaper(path);
        string[] texts = [.. svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
        foreach (
            string expected in (string[])["V1", "V2", "Ru", "46.3 Ω", "D", "167 µW", "C", "1 nF", "L", "R", "E", "I", "g W", "36.6 mV"]
        )
            Assert.Contains(expected, texts);
        Schematic.Save(
            Path.ChangeExtension(path, ".png"),
            Caption,
            [
                [Cell("V")],
            ],
            []
        );
    }

    [Fact]
    public void A_crossbar_draws_every_weight_that_is_not_zero()
    {
        string path = Path.Combine(_folder, "crossbar.svg");
        double[,] w =
        {
            { 1, -0.5 },
            { 0, 2 },
            { -1, 0.1 },
        };
        Crossbar.Save(path, Caption, [new("x", ["x_{1}", "x_{2}"]), new("h", ["a", "b", "c"], w)], "w > 0", "w < 0");
        var svg = OnPaper(path);
        // Two joints for each of the five weights, and an input's terminal each.
        int Dots(string radiusPoints) => svg.Descendants().Count(e => e.Name.LocalName == "polygon" && radiusPoints.Length > 0);
        int arrows = 3;
        Assert.Equal(2 * 5 + 2 + arrows, Dots("any"));
    }

    [Theory]
    [InlineData(50, 2, "52 nodes; at most 48 can be drawn")]
    [InlineData(2, 3, "its weights do not fit the layers")]
    public void What_cannot_be_drawn_is_refused(int inputs, int columns, string message)
    {
        var error = Assert.Throws<ArgumentException>(() =>
            Crossbar.Save(
                Path.Combine(_folder, "no.svg"),
                Caption,
                [new("x", [.. Enumerable.Repeat("x", inputs)]), new("h", ["a", "b"], new double[2, inputs == 50 ? 50 : columns])],
                "",
                ""
            )
        );
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static XElement OnPaper(string path)
    {
        var svg = XElement.Load(path);
        double width = (double)svg.Attribute("width")!,
            height = (double)svg.Attribute("height")!;
        foreach (var shape in svg.Descendants().Where(e => e.Attribute("points") is not null))
        foreach (string point in ((string)shape.Attribute("points")!).Split(' '))
        {
            string[] xy = point.Split(',');
            Assert.InRange(double.Parse(xy[0], System.Globalization.CultureInfo.InvariantCulture), 0, width);
            Assert.InRange(double.Parse(xy[1], System.Globalization.CultureInfo.InvariantCulture), 0, height);
        }
        return svg;
    }
}

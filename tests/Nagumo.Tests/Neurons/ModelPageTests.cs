using Nagumo.Neurons;
using Nagumo.Symbolics;
using Nagumo.Tests.Architecture;

namespace Nagumo.Tests.Neurons;

/// <summary>docs/models holds one page per model, written from its definition. Set NAGUMO_WRITE=1 to write the pages anew.</summary>
public sealed class ModelPageTests
{
    public static TheoryData<string> Models => [.. NeuronModels.All.Select(m => m.Name)];

    [Theory, MemberData(nameof(Models))]
    public void A_model_has_its_page(string name) => Check(name + ".md", ModelPage.Markdown(NeuronModels.All.First(m => m.Name == name)));

    [Fact]
    public void The_index_lists_every_model() =>
        Check(
            "README.md",
            "# Neuron models\n\nEach page is written from the model's own definition; `nagumo models` prints the same.\n\n| model | what it is |\n| --- | --- |\n"
                + string.Concat(
                    Models
                        .Select(row => NeuronModels.All.First(m => m.Name == row.Data))
                        .Select(m => $"| [{m.Name}]({m.Name}.md) | {m.Summary} |\n")
                )
        );

    [Fact]
    public void A_page_tells_box_unit_and_range()
    {
        string page = ModelPage.Markdown(new Clipped());
        Assert.Contains("# clipped\n\nA test.\n", page, StringComparison.Ordinal);
        Assert.Contains(@"\qquad -1 \le u \le 2", page, StringComparison.Ordinal);
        Assert.Contains("| g | 3 | [0, 5] | mS |", page, StringComparison.Ordinal);
        Assert.Contains(@"$$\tau \, \dot {v} = ", page, StringComparison.Ordinal);
        Assert.Contains("\"neuron\": \"clipped\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Reference", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_registered_once()
    {
        int before = NeuronModels.All.Count;
        NeuronModels.Register(new Linear());
        Assert.Equal(before, NeuronModels.All.Count);
        var error = Assert.Throws<ArgumentException>(() => NeuronModels.Register(new Impostor()));
        Assert.Contains("There is a neuron 'linear' already, with the potential c*u^2/2", error.Message, StringComparison.Ordinal);
    }

    private static void Check(string file, string expected)
    {
        string path = Repository.At("docs", "models", file);
        if (Environment.GetEnvironmentVariable("NAGUMO_WRITE") == "1")
            File.WriteAllText(path, expected);
        Assert.Equal(expected, File.ReadAllText(path));
    }

    private sealed class Clipped(double g = 3, double tau = 1) : Neuron
    {
        private readonly Parameter _g = new(g, min: 0, max: 5, unit: "mS");
        private readonly Inhibitor _v = new("v", new Parameter(tau));

        public override Interval? Box => (-1, 2);
        public override string Name => "clipped";
        public override string Summary => "a test";

        public override Expr Potential(Expr u) => _g * u * u / 2 + u * _v - _v * _v;
    }

    private sealed class Impostor : Neuron
    {
        public override string Name => "linear";
        public override string Summary => "not linear";

        public override Expr Potential(Expr u) => u * u;
    }
}

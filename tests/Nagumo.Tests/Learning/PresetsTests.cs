using System.Text.Json;
using System.Text.Json.Nodes;
using Nagumo.Circuits;
using Nagumo.Learning;

namespace Nagumo.Tests.Learning;

public sealed class PresetsTests
{
    public static TheoryData<string> Names => [.. Presets.All.Concat(CircuitPresets.All).Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_valid_has_its_own_name_and_is_written_back_as_itself(string name)
    {
        var preset = Presets.All.Any(p => p.Name == name) ? Presets.Get(name) : CircuitPresets.Get(name);
        preset.Validate();
        preset.BuildNetwork();
        Assert.Equal(name, preset.Name);
        Assert.Null(preset.Difference(Experiment.FromJson(preset.ToJson())));
    }

    /// <summary>Lists read these two alone.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void States_its_data_and_epochs(string name)
    {
        bool circuit = CircuitPresets.All.Any(p => p.Name == name);
        var file = JsonNode.Parse(
            circuit ? CircuitPresets.Text(name) : Presets.Text(name),
            documentOptions: new() { CommentHandling = JsonCommentHandling.Skip }
        )!;
        var preset = circuit ? CircuitPresets.Get(name) : Presets.Get(name);
        Assert.Equal((preset.Data.Source, preset.Epochs), ((string)file["data"]!, (int)file["epochs"]!));
    }

    [Fact]
    public void Every_file_is_a_preset()
    {
        const string folder = "Nagumo.Presets.";
        var files = typeof(Presets).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(folder, StringComparison.Ordinal));
        Assert.Equal(
            Presets.All.Concat(CircuitPresets.All).Select(p => $"{folder}{p.Name}.json").Order(StringComparer.Ordinal),
            files.Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("fhn-mpl", "There is no preset 'fhn-mpl'. Did you mean 'fhn-mlp'?")]
    [InlineData("", "There is no preset ''.")]
    public void An_unknown_name_gets_the_nearest(string name, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => Presets.Get(name)).Message);
}

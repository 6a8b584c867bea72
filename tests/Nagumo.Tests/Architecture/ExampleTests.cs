using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Nagumo.Learning;
using Nagumo.Tests.Learning;

namespace Nagumo.Tests.Architecture;

/// <summary>Every example runs as its first lines say and reaches the error that they state.</summary>
public sealed partial class ExampleTests
{
    // Bits are the same on every machine of one vector width; elsewhere an error moves by a few of 1000 samples.
    private const double Points = 1;

    public static TheoryData<string> Files => Named("*.cs");

    public static TheoryData<string> Configurations => Named("*.json");

    [Theory, MemberData(nameof(Files)), Trait("speed", "slow")]
    public async Task An_example_runs_and_reaches_its_error(string name)
    {
        string path = Repository.At("examples", name);
        var start = new ProcessStartInfo("dotnet", ["run", path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        // The runner's own settings are not the example's.
        foreach (string key in start.Environment.Keys.Where(k => k.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(key);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var cancel = TestContext.Current.CancellationToken;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancel), process.StandardError.ReadToEndAsync(cancel));
        await process.WaitForExitAsync(cancel);
        string text = await output;
        Assert.True(process.ExitCode == 0, text + await errors);
        Assert.Equal(Stated(File.ReadAllText(path)), Stated(text), Points);
    }

    [Theory, MemberData(nameof(Configurations))]
    public void A_configuration_trains_to_its_error(string name)
    {
        string json = File.ReadAllText(Repository.At("examples", name));
        using var trainer = new Trainer(Experiment.FromJson(json), SmallExperiments.All, threads: 1);
        for (int epoch = 0; epoch < Experiment.FromJson(json).Epochs; epoch++)
            trainer.Train();
        Assert.Equal(Stated(json), trainer.Test().ErrorPercent, Points);
    }

    private static double Stated(string text) =>
        TestError().Match(text) is { Success: true } match
            ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : throw new InvalidDataException("No 'test error 1.2 %' in: " + text);

    private static TheoryData<string> Named(string pattern) =>
        Repository.Root is null
            ? []
            : [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "examples"), pattern).Select(f => Path.GetFileName(f)).Order()];

    [GeneratedRegex(@"test error ([\d.]+) %")]
    private static partial Regex TestError();
}

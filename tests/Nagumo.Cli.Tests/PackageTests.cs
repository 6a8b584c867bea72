using System.Diagnostics;
using System.IO.Compression;

namespace Nagumo.Cli.Tests;

/// <summary>What <c>dotnet pack</c> makes: both libraries as they should be, and the command as a tool that a fresh folder can install.</summary>
[Trait("speed", "slow")]
public sealed class PackageTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Theory]
    [InlineData("Nagumo")]
    [InlineData("Nagumo.Plots")]
    public void A_library_has_its_documentation(string name)
    {
        Pack(name);

        using var package = ZipFile.OpenRead(
            Directory.GetFiles(_box["feed"], $"{name}.0*.nupkg").Single(f => !f.EndsWith(".snupkg", StringComparison.Ordinal))
        );
        string[] files = [.. package.Entries.Select(e => e.FullName)];
        Assert.Contains($"lib/net10.0/{name}.dll", files);
        Assert.Contains($"lib/net10.0/{name}.xml", files);
        Assert.Contains("README.md", files);
        string specification = new StreamReader(package.GetEntry($"{name}.nuspec")!.Open()).ReadToEnd();
        foreach (
            string part in (string[])
                ["<readme>README.md</readme>", "<tags>equilibrium-propagation", "Apache-2.0", "<description>", "<repository type=\"git\""]
        )
            Assert.Contains(part, specification);
        using var symbols = ZipFile.OpenRead(Directory.GetFiles(_box["feed"], $"{name}.0*.snupkg").Single());
        Assert.Contains($"lib/net10.0/{name}.pdb", symbols.Entries.Select(e => e.FullName));
    }

    [Fact]
    public void The_command_installs_as_a_tool()
    {
        Pack("Nagumo.Cli");
        string fresh = _box["fresh"];
        Directory.CreateDirectory(fresh);
        // This feed and no other: the tool brings all that it needs.
        File.WriteAllText(
            Path.Combine(fresh, "nuget.config"),
            $"""<configuration><packageSources><clear /><add key="here" value="{_box["feed"]}" /></packageSources></configuration>"""
        );
        Dotnet(fresh, "new", "tool-manifest");
        Dotnet(fresh, "tool", "install", "Nagumo.Cli");

        Assert.Matches(@"^\d+\.\d+\.\d+\s*$", Dotnet(fresh, "nagumo", "--version"));
        Assert.Contains("test error", Dotnet(fresh, "nagumo", "train", "fhn-quick", "--data", "mnist-mini", "--epochs", "1", "--out", "r"));
        Assert.True(File.Exists(Path.Combine(fresh, "r", "learning-curve.png")));
    }

    private void Pack(string project)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        string configuration = root.Name;
        while (!File.Exists(Path.Combine(root.FullName, "Nagumo.slnx")))
            root = root.Parent!;
        Dotnet(
            root.FullName,
            "pack",
            $"src/{project}",
            "--no-build",
            "-c",
            configuration == "release" ? "Release" : "Debug",
            "-o",
            _box["feed"],
            "-nodeReuse:false"
        );
    }

    private string Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_CLI_HOME"] = _box["home"];
        if (arguments[0] != "pack")
            start.Environment["NUGET_PACKAGES"] = _box["packages"];
        var outcome = Sandbox.End(Process.Start(start)!);
        Assert.True(outcome.Code == 0, $"dotnet {string.Join(' ', arguments)}: {outcome.Output} {outcome.Error}");
        return outcome.Output;
    }
}

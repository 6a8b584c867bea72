using Nagumo.Data;

namespace Nagumo.Cli.Tests;

/// <summary>Files that cannot be used: one line with the path, what is wrong, and the remedy, in no words of the runtime's.</summary>
public sealed class FileTests : IDisposable
{
    private static readonly string[] OfTheRuntime =
    [
        "Could not find",
        "Access to the path",
        "already exists",
        "LineNumber",
        "BytePositionInLine",
        "is a bug",
        "isFinalBlock",
    ];

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    public static TheoryData<string> Commands =>
        [
            "train",
            "check",
            "audit",
            "info",
            "simulate",
            "simulate neuron --neuron",
            "circuit verify",
            "tolerance",
            "eval",
            "train fhn-quick --weights",
        ];

    [Theory, MemberData(nameof(Commands))]
    public void No_command_trips_over_a_file(string command)
    {
        Directory.CreateDirectory(_box["folder"]);
        Directory.CreateDirectory(_box["run"]);
        File.WriteAllText(_box["run/config.json"], "");
        foreach (var (name, content) in Contents)
            File.WriteAllText(_box[name], content);
        foreach (string name in (string[])["missing.json", "folder", "run", "no/such/file.json", .. Contents.Select(c => c.Name)])
        {
            string error = Sandbox.Run([.. command.Split(' '), _box[name]]).OneError(2);
            Assert.All(OfTheRuntime, words => Assert.DoesNotContain(words, error));
            // What is readable but holds something else is named by its key.
            if (name is not ("other.json" or "kind.json"))
                Assert.Contains(Path.GetFileName(name), error);
        }
    }

    private static readonly (string Name, string Content)[] Contents =
    [
        ("empty.json", ""),
        ("truncated.json", "{\"name\": \"x\", "),
        ("text.json", "hello"),
        ("list.json", "[1, 2]"),
        ("other.json", "{\"a\": 1}"),
        ("twice.json", "{\"name\": \"x\", \"name\": \"y\"}"),
        ("kind.json", "{\"simulate\": \"spike\", \"seed\": \"x\", \"settings\": {\"time\": null}}"),
    ];

    /// <summary>The system's refusals in plain words; permissions themselves cannot be tested by a superuser.</summary>
    [Fact]
    public void What_the_system_says_is_translated()
    {
        File.WriteAllText(_box["file"], "");
        Assert.Equal($"'{_box["x"]}': no such file or folder. Check the path", FileTrouble.Text(Thrown(() => File.ReadAllText(_box["x"]))));
        Assert.Equal(
            $"'{_box["no/x"]}': no such file or folder. Check the path",
            FileTrouble.Text(Thrown(() => File.WriteAllText(_box["no/x"], "")))
        );
        Assert.Equal(
            $"'{_box["file/x"]}': '{_box["file"]}' is a file, not a folder. Use another path",
            FileTrouble.Text(Thrown(() => File.WriteAllText(_box["file/x"], "")))
        );
        Assert.Equal(
            $"'{_box["file"]}': no permission. Change its permissions (ls -l shows them), or use another path",
            FileTrouble.Text(new UnauthorizedAccessException($"Access to the path '{_box["file"]}' is denied."))
        );
        Assert.Equal(
            $"'{_box["new"]}': no permission to write there. Use another path",
            FileTrouble.Text(new UnauthorizedAccessException($"Access to the path '{_box["new"]}' is denied."))
        );
        Assert.Equal(
            $"'{_box["new"]}': Read-only file system. Use another path",
            FileTrouble.Text(new IOException($"Read-only file system : '{_box["new"]}'"))
        );
        // Our own words pass as they are.
        Assert.Equal("another process trains in 'x': wait.", FileTrouble.Text(new IOException("another process trains in 'x': wait.")));
    }

    private static Exception Thrown(Action act) => Record.Exception(act)!;
}

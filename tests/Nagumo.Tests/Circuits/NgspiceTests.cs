using System.Text;
using Nagumo.Circuits;
using Nagumo.Neurons;

namespace Nagumo.Tests.Circuits;

/// <summary>What the runner says when ngspice is absent, fails, hangs or lies.</summary>
public sealed class NgspiceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nagumo-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_absent_program_is_named_with_the_remedy()
    {
        var absent = new Ngspice("/no/such/ngspice");
        Assert.False(absent.IsAvailable());
        Assert.Contains("cannot be started. Install it (Debian, Ubuntu: apt-get install ngspice", Run(absent), StringComparison.Ordinal);
    }

    [Theory]
    // It fails, though it says that all is well.
    [InlineData("exit 0", "left no result: it said nothing and may have crashed")]
    [InlineData("echo 'Error: out of beer'; exit 3", "left no result: Error: out of beer")]
    [InlineData("kill -SEGV $$", "left no result")]
    [InlineData("echo nonsense > out.raw", "cannot be used: its header has no end")]
    // The right header, but the run stopped half way.
    [InlineData(
        "printf 'Title: x\\nFlags: real\\nNo. Variables: 3\\nNo. Points: 1\\nVariables:\\n\\t0\\ttime\\ttime\\n\\t1\\tv(n_0)\\tvoltage\\n\\t2\\ti(l.xn_0.l_v)\\tcurrent\\nBinary:\\n' > out.raw; head -c 24 /dev/zero >> out.raw",
        "stopped at 0 s of"
    )]
    [InlineData(
        "printf 'Title: x\\nFlags: real\\nNo. Variables: 1\\nNo. Points: 1\\nVariables:\\n\\t0\\ttime\\ttime\\nBinary:\\n' > out.raw; head -c 8 /dev/zero >> out.raw",
        "lacks v(n_0)"
    )]
    [InlineData(
        "printf 'Title: x\\nFlags: real\\nNo. Variables: 1\\nNo. Points: 5\\nVariables:\\n\\t0\\ttime\\ttime\\nBinary:\\n' > out.raw",
        "ends early"
    )]
    public void A_failing_program_is_not_believed(string script, string message)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        Assert.Contains(message, Run(Program(script)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hanging_program_is_stopped()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        Assert.Contains("was stopped after 0.2 s", Run(Program("sleep 60") with { TimeoutSeconds = 0.2 }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_is_called_off_leaves_neither_child_nor_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        using var cancel = new CancellationTokenSource(300);
        string pid = Path.Combine(_folder, "pid");
        var ngspice = Program($"pwd > '{pid}.folder'; echo $$ > '{pid}'; sleep 60") with { Cancel = cancel.Token };
        using var cell = CircuitNetwork.Neuron(new FitzHughNagumo(), 0);
        Assert.ThrowsAny<OperationCanceledException>(() => ngspice.Run(cell.Build(), Transient.Settling(10)));
        Assert.False(Directory.Exists(File.ReadAllText(pid + ".folder").Trim()));
        Assert.Throws<ArgumentException>(() => System.Diagnostics.Process.GetProcessById(int.Parse(File.ReadAllText(pid))));
    }

    [Fact]
    public void A_netlist_that_ngspice_does_not_understand_is_no_result()
    {
        var ngspice = Reference.Ngspice();
        string Message(string card) =>
            Assert
                .Throws<NgspiceException>(() =>
                    ngspice.Run($"* bad\nV1 a 0 DC 1\nR1 a 0 1\n{card}\n.save v(a)\n.tran 1 10 uic\n.end\n", 10, ["v(a)", "v(b)"])
                )
                .Message;
        Assert.Equal(
            "ngspice refuses line 4 of the netlist, \"Q1 a b c nomodel\": could not find a valid modelname.",
            Message("Q1 a b c nomodel")
        );
        Assert.Equal(
            "ngspice refuses line 4 of the netlist, \"r1 b 0 2\": device already exists, existing one being used.",
            Message("r1 b 0 2")
        );
        Assert.Contains("lacks v(b)", Message("C1 a 0 1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_refused()
    {
        string path = Path.Combine(_folder, "nan.raw");
        byte[] header = Encoding.ASCII.GetBytes(
            "Title: x\nFlags: real\nNo. Variables: 1\nNo. Points: 2\nVariables:\n\t0\ttime\ttime\nBinary:\n"
        );
        File.WriteAllBytes(path, [.. header, .. BitConverter.GetBytes(1.0), .. BitConverter.GetBytes(double.NaN)]);
        Assert.Contains(
            "time is NaN at point 1",
            Assert.Throws<InvalidDataException>(() => RawFile.Read(path)).Message,
            StringComparison.Ordinal
        );
    }

    private static string Run(Ngspice ngspice)
    {
        using var cell = CircuitNetwork.Neuron(new FitzHughNagumo(), 0);
        return Assert.Throws<NgspiceException>(() => ngspice.Run(cell.Build(), Transient.Settling(10))).Message;
    }

    private Ngspice Program(string script)
    {
        string path = Path.Combine(_folder, "ngspice");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return new(path);
    }
}

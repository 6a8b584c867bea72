using Nagumo.Circuits;
using Nagumo.Neurons;
namespace Nagumo.Tests.Circuits;
public sealed class ScratchTests(ITestOutputHelper o)
{
    [Fact] public void Neuron()
    {
        using var n = CircuitNetwork.Neuron(new FitzHughNagumo(), 0);
        n.Start(0.05, 1);
        var v = Verification.Of(n);
        o.WriteLine($"{v.LargestError} {v.Circuit} {v.Ours}");
        o.WriteLine(n.Build().Netlist(Transient.Settling(100)));
    }
    [Fact] public void Cycle()
    {
        using var n = CircuitNetwork.Neuron(new FitzHughNagumo(tau: 12.5), 0.5);
        n.Start(0.05, 1);
        var v = CycleVerification.Of(n);
        o.WriteLine($"{v} {v.PeriodError} {v.PeakError}");
    }
    [Theory, InlineData(100), InlineData(1000)] public void Chain(int size)
    {
        using var n = CircuitNetwork.Chain(new FitzHughNagumo(1, 0.5, 0.1, 0.2), size, new Dictionary<string,double>{["u"]=1,["v"]=9});
        n.Start(0.05, 1);
        var w = System.Diagnostics.Stopwatch.StartNew();
        var x0 = n.Fields();
        var r = n.Relax();
        o.WriteLine($"{r} {w.Elapsed}");
        n.SetFields(x0);
        var v = Verification.Of(n);
        o.WriteLine($"{v.LargestError} {v.Circuit} {v.Ours} {v.Worst}");
    }
}

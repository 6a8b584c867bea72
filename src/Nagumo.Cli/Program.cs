using Nagumo.Data;
using Nagumo.Learning;

var e = Presets.Get(args[0]);
if (args.Length > 2)
    e = e with { Epochs = int.Parse(args[2]) };
var data = DataSets.Load(args.Length > 1 ? args[1] : "mnist");
using var t = new Trainer(e, data, 1);
var sw = System.Diagnostics.Stopwatch.StartNew();
for (int i = 0; i < e.Epochs; i++)
{
    var s0 = sw.Elapsed;
    var m = t.TrainEpoch();
    Console.WriteLine($"{m}  {(sw.Elapsed - s0).TotalSeconds:f2}s");
}
var ev = t.Test();
Console.WriteLine($"{ev.ErrorPercent} {ev.Relaxation}");

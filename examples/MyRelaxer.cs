// A way to rest of one's own, outside the library: sweeps with momentum, in both phases of training, at evaluation and in the check.
//   dotnet run examples/MyRelaxer.cs
// Expected: test error 6.7 %. Seconds after the first build.
#:property PublishAot=false
#:project ../src/Nagumo/Nagumo.csproj
using System.Numerics;
using Nagumo.Audits;
using Nagumo.Data;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Relaxation;

Relaxers.Register("momentum", new Momentum());

// The new name stands in a configuration like any other.
var experiment = Presets.Get("fhn-quick").With(["relaxer=momentum", "epochs=3"]) with
{
    Free = new(50, 1e-3),
    Nudged = new(50, 1e-4),
};
using var trainer = new Trainer(experiment, await DataSets.LoadAsync("mnist-mini"), threads: 1);
for (int epoch = 1; epoch <= experiment.Epochs; epoch++)
    Console.WriteLine($"epoch {epoch}: loss {trainer.TrainEpoch().TrainLoss:f3}");
Console.WriteLine($"recipe against the exact gradient: cosine {RecipeAudit.Run(trainer).Random.Cosine:f4}");
var test = trainer.Test();
Console.WriteLine($"test error {test.ErrorPercent:f1} %, at rest after {test.Relaxation.Sweeps} sweeps by {test.Relaxation.Method}");

/// <summary>x ← x' + m (x' − x), where a sweep leads from x to x'.</summary>
sealed class Momentum : IRelaxer
{
    public RelaxationReport Relax<T>(Machine<T> machine, State<T> state, SweepOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string[] moving = [.. machine.Network.Populations.Where(p => !p.IsClamped).Select(p => p.Name)];
        T m = T.CreateChecked(0.1);
        for (int sweep = 1; ; sweep++)
        {
            T[][] before = [.. moving.Select(state.Read)];
            double residual = machine.Sweep(state);
            if (residual <= options.Tolerance || sweep == options.MaxSweeps)
                return new("momentum", sweep, residual, residual <= options.Tolerance ? 0 : state.Lanes);
            for (int p = 0; p < moving.Length; p++)
            {
                T[] now = state.Read(moving[p]);
                for (int i = 0; i < now.Length; i++)
                    now[i] += m * (now[i] - before[p][i]);
                state.Write(moving[p], now);
            }
        }
    }
}

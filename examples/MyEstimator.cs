// An estimator of one's own, outside the library: four nudged phases whose errors of second order in β cancel.
//   dotnet run examples/MyEstimator.cs
// Expected: test error 6.8 %. Seconds after the first build.
#:property PublishAot=false
#:project ../src/Nagumo/Nagumo.csproj
using Nagumo.Audits;
using Nagumo.Data;
using Nagumo.Learning;

// (4 g(β) − g(2β))/3 of the centred differences g: Richardson's extrapolation, an error of β⁴ in place of β².
Estimators.Register("fourth-order", beta => [new(beta, -beta, 4.0 / 3), new(2 * beta, -2 * beta, -1.0 / 3)]);

// The new name stands in a configuration like any other.
var data = await DataSets.LoadAsync("mnist-mini");
foreach (string kind in (string[])["centred", "fourth-order"])
{
    var experiment = Presets
        .Get("fhn-quick")
        .With([$"estimator.kind={kind}", "estimator.beta=0.5", "epochs=3", "free.max_sweeps=12", "nudged.max_sweeps=12"]);
    using var trainer = new Trainer(experiment, data, threads: 1);
    for (int epoch = 1; epoch <= experiment.Epochs; epoch++)
        trainer.TrainEpoch();
    var worst = RecipeAudit.Run(trainer, samples: 4).Worst!;
    Console.WriteLine(
        $"{kind}: gradient off by {worst.Blocks.Max(b => b.RelativeError):g2} on the worst images; test error {trainer.Test().ErrorPercent:f1} %"
    );
}

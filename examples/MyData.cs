// Data of your own under a name: two spirals that wind around each other, learned by a preset that takes the sizes of its data.
//   dotnet run examples/MyData.cs
// Expected: test error 0.0 %. Seconds after the first build.
#:property PublishAot=false
#:project ../src/Nagumo/Nagumo.csproj
using Nagumo.Data;
using Nagumo.Learning;

DataSets.Register(
    new("spirals", "Two spirals, 2 numbers, 2 classes", Train: 400, Test: 100, Licence: "none", IsEmbedded: true),
    () => new DataSet("spirals", Spirals(400, seed: 1), Spirals(100, seed: 2))
);

var data = DataSets.Load("spirals");
var experiment = Presets.Get("fhn-mlp").For(data).With(["data=spirals", "epochs=30"]);
using var trainer = new Trainer(experiment, data, Environment.ProcessorCount);
while (trainer.Epoch < experiment.Epochs)
    trainer.TrainEpoch();
Console.WriteLine($"test error {trainer.Test().ErrorPercent:f1} %");

static Samples Spirals(int count, int seed)
{
    var random = new Random(seed);
    var points = new float[2 * count];
    for (int i = 0; i < count; i++)
    {
        double along = Math.Sqrt(random.NextDouble()),
            angle = 1.5 * along * Math.PI + Math.PI * (i % 2);
        (points[2 * i], points[2 * i + 1]) = ((float)(1.5 * along * Math.Cos(angle)), (float)(1.5 * along * Math.Sin(angle)));
    }
    return new Samples([2], points, new ClassTargets(2, Enumerable.Range(0, count).Select(i => i % 2).ToArray()));
}

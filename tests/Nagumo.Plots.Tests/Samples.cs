namespace Nagumo.Plots.Tests;

/// <summary>Made-up results with the shapes of real ones.</summary>
internal static class Samples
{
    public static readonly string[] Fashion =
    [
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ];

    private static readonly double[] Epochs = [.. Enumerable.Range(1, 50).Select(i => (double)i)];

    public static Series[] Errors()
    {
        var random = new Random(7);
        return
        [
            new("training", Epochs, [.. Epochs.Select(e => (9 * Math.Exp(-e / 9)) + 0.12 + (0.02 * random.NextDouble()))]),
            new("validation", Epochs, [.. Epochs.Select(e => (7 * Math.Exp(-e / 6)) + 1.83 + (0.12 * random.NextDouble()))]),
            new("test", Epochs, [.. Epochs.Select(e => (7.2 * Math.Exp(-e / 6)) + 1.74 + (0.12 * random.NextDouble()))]),
        ];
    }

    public static Series[] Losses() =>
        [
            new("training", Epochs, [.. Epochs.Select(e => (0.09 * Math.Exp(-e / 8)) + 0.0031)]),
            new("validation", Epochs, [.. Epochs.Select(e => (0.08 * Math.Exp(-e / 6)) + 0.0142)]),
        ];

    public static int[,] Counts()
    {
        var random = new Random(3);
        var counts = new int[10, 10];
        for (var i = 0; i < 10; i++)
        {
            counts[i, i] = 1000;
            for (var j = 0; j < 10; j++)
            {
                var wrong = i == j ? 0 : (int)(6 * Math.Pow(random.NextDouble(), 3));
                counts[i, j] += wrong;
                counts[i, i] -= wrong;
            }
        }
        foreach (var (i, j, n) in new[] { (0, 6, 98), (6, 0, 121), (2, 4, 61), (4, 6, 57), (6, 2, 66), (9, 7, 31), (7, 9, 24) })
        {
            counts[i, j] += n;
            counts[i, i] -= n;
        }
        return counts;
    }

    /// <summary>[256 × 784] oriented, localised waves of different strength.</summary>
    public static float[] Weights()
    {
        var random = new Random(11);
        var weights = new float[256 * 784];
        for (var k = 0; k < 256; k++)
        {
            double strength = 0.05 + (0.3 * random.NextDouble()),
                cx = 6 + (16 * random.NextDouble()),
                cy = 6 + (16 * random.NextDouble()),
                angle = Math.PI * random.NextDouble(),
                phase = 6 * random.NextDouble();
            for (var i = 0; i < 784; i++)
            {
                double x = (i % 28) - cx,
                    y = (i / 28) - cy;
                var wave = Math.Cos((((x * Math.Cos(angle)) + (y * Math.Sin(angle))) * 0.9) + phase) * Math.Exp(-((x * x) + (y * y)) / 40);
                weights[(784 * k) + i] = (float)(strength * (wave + (0.25 * (random.NextDouble() - 0.5))));
            }
        }
        return weights;
    }

    public static Series[] Gradients()
    {
        var betas = Enumerable.Range(0, 17).Select(i => Math.Pow(10, -4 + (i * 0.25))).ToArray();
        return
        [
            new("one-sided", betas, [.. betas.Select(b => (0.8 * b / (1 + (0.3 * b))) + (3e-9 / b))]),
            new("centred", betas, [.. betas.Select(b => (0.35 * b * b) + (2e-9 / b))]),
            new("holomorphic, N = 8", betas, [.. betas.Select(b => 6e-9 + (0.003 * Math.Pow(b, 8)))]),
        ];
    }

    /// <summary>A plane wave.</summary>
    public static SheetField Sheet(int rows, int columns, double phase = 0) =>
        new(
            [.. Enumerable.Range(0, rows * columns).Select(i => (float)Math.Sin((0.3 * (i / columns)) + (0.2 * (i % columns)) + phase))],
            rows,
            columns
        );

    public static Series[] Residuals()
    {
        var sweeps = Enumerable.Range(0, 121).Select(i => (double)i).ToArray();
        return
        [
            new("plain sweeps", sweeps, [.. sweeps.Select(s => 2.1 * Math.Exp(-0.09 * s) * (1 + (0.1 * Math.Sin(s))))]),
            new("accelerated", sweeps, [.. sweeps.Select(s => Math.Max(1e-8, 2.1 * Math.Exp(-0.25 * s) * (1.2 + Math.Sin(0.8 * s))))]),
            new("nudged, β = 0.1", sweeps, [.. sweeps.Select(s => s > 60 ? double.NaN : 0.05 * Math.Exp(-0.2 * s))]),
        ];
    }
}

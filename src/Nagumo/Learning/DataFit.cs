using Nagumo.Data;

namespace Nagumo.Learning;

/// <summary>A preset for other data than its own: sizes of inputs and outputs, the spread of the first weights, cost, batch and epochs.</summary>
internal static class DataFit
{
    /// <summary>Number, mean and standard deviation of MNIST's pixels, 0 to 1, for which presets were tuned.</summary>
    private const int Pixels = 784;

    /// <inheritdoc cref="Pixels"/>
    private const double PixelMean = 0.1307,
        PixelDeviation = 0.3081;

    /// <summary>Batches that a run has at least; with fewer a preset's rates leave it half learned.</summary>
    private const int LeastBatches = 2000;

    /// <summary>Batches of an epoch at least, and the smallest batch for their sake.</summary>
    private const int LeastInEpoch = 15,
        SmallestBatch = 8;

    private const int MostEpochs = 300;

    /// <summary>Samples that the size of inputs is judged by.</summary>
    private const int Judged = 1000;

    /// <summary>The experiment with a network of the sizes that the data need.</summary>
    public static Experiment Of(Experiment e, DataSet data)
    {
        if (e.Network.Populations.FirstOrDefault(IsInput) is not { } input)
            return e;
        var task = LearningTasks.Of(e.Task, data.Train.Targets);
        int outputs = data.Train.Targets.Width * (e.Readout.Paired ? 2 : 1);
        double factor = Math.Sqrt(input.Size * MeanSquare(e) / SquaredNorm(data.Train, e.Pixels));
        var network = e.Network with
        {
            Populations =
            [
                .. e.Network.Populations.Select(p =>
                    p.Name == input.Name ? p with { Size = data.Size }
                    : p.Name == e.Readout.Population ? p with { Size = outputs }
                    : p
                ),
            ],
            Couplings = [.. e.Network.Couplings.Select(c => c.B == input.Name ? Scaled(c, factor) : c)],
        };
        int held = Math.Min(e.Validation, data.Train.Count / 5),
            trained = data.Train.Count - held,
            batch = Math.Clamp(trained / LeastInEpoch, Math.Min(SmallestBatch, e.Batch), e.Batch),
            batches = (trained + batch - 1) / batch;
        var fitted = e with
        {
            Network = network,
            Readout = Costs.Of(e.Readout).Accepts(data.Train.Targets) ? e.Readout : e.Readout with { Cost = task.Cost },
            Validation = held,
            Batch = batch,
            Epochs = Math.Clamp((LeastBatches + batches - 1) / batches, e.Epochs, Math.Max(e.Epochs, MostEpochs)),
            // Pictures may be shifted and thinned; a column of a table is not spare.
            Pixels = data.Shape.Count > 1 ? e.Pixels : e.Pixels with { Dropout = 0, Shift = 0 },
        };
        return data.Shape.Count == 1 && input.Size == Pixels && e.Chain is null ? TableFit.Of(fitted, input.Name) : fitted;
    }

    private static bool IsInput(PopulationOptions p) => p is { Neuron: null, Potential: null, Values: null };

    private static CouplingOptions Scaled(CouplingOptions c, double factor) =>
        c with
        {
            Sd = c.Sd * factor,
            Low = c.Low * factor,
            High = c.High * factor,
        };

    /// <summary>⟨x²⟩ of an input of the data that the preset was tuned for.</summary>
    private static double MeanSquare(Experiment e)
    {
        double mean = (PixelMean - e.Pixels.Mean) * e.Pixels.Gain,
            deviation = PixelDeviation * e.Pixels.Gain;
        return mean * mean + deviation * deviation;
    }

    /// <summary>⟨|x|²⟩ of a training sample, spread over the set.</summary>
    private static double SquaredNorm(Samples set, PixelOptions pixels)
    {
        double[] row = new double[set.Size];
        double sum = 0;
        int count = Math.Min(Judged, set.Count);
        var map = set.IsBytes && set.Map is null ? new ByteMap(pixels.Gain / 255, -pixels.Mean * pixels.Gain) : new ByteMap(1, 0);
        for (int i = 0; i < count; i++)
        {
            set.Read((int)((long)i * set.Count / count), row);
            foreach (double x in row)
                sum += (map.Slope * x + map.Offset) * (map.Slope * x + map.Offset);
        }
        // Inputs that are all zero need no spread of any kind.
        return sum > 0 ? sum / count : set.Size;
    }
}

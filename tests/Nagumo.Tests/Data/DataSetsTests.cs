using Nagumo.Data;

namespace Nagumo.Tests.Data;

public sealed class DataSetsTests
{
    private static readonly int[] digits = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];

    [Fact]
    public void AnUnknownNameSuggestsTheNearest()
    {
        var error = Assert.Throws<ArgumentException>(() => DataSets.Load("fashion-mnits", cancel: TestContext.Current.CancellationToken));
        Assert.StartsWith("No data set is called 'fashion-mnits'. Did you mean 'fashion-mnist'?", error.Message);
        Assert.Throws<ArgumentException>(() => DataSets.LoadCached("x"));
    }

    [Fact]
    public void MnistMiniShipsInside()
    {
        var mini = DataSets.Load("mnist-mini", cancel: TestContext.Current.CancellationToken);
        Assert.Equal(
            (5000, 1000, 28, 28, 10),
            (mini.Train.Count, mini.Test.Count, mini.Shape[0], mini.Shape[1], mini.Train.Classes.Classes)
        );
        Assert.All(mini.Train.Classes.Counts(), n => Assert.Equal(500, n));
        Assert.All(mini.Test.Classes.Counts(), n => Assert.Equal(100, n));
    }

    /// <summary>The resource is exactly what the rule makes of MNIST.</summary>
    [Fact]
    public void MnistMiniFollowsItsRule()
    {
        var mnist = DataSets.LoadCached("mnist");
        Assert.SkipWhen(mnist is null, "MNIST is not in the cache folder");
        Assert.Equal(MnistMini.Make(mnist), MnistMini.Unpack());
    }

    /// <summary>Known counts [LeCun, Cortes, Burges]; the mean and deviation that everyone normalises by (0.1307, 0.3081).</summary>
    [Fact]
    public void MnistIsWhatItShouldBe()
    {
        var mnist = DataSets.LoadCached("mnist");
        Assert.SkipWhen(mnist is null, "MNIST is not in the cache folder");
        Assert.Equal(
            (60_000, 10_000, 28, 28, 10),
            (mnist.Train.Count, mnist.Test.Count, mnist.Shape[0], mnist.Shape[1], mnist.Train.Classes.Classes)
        );
        Assert.Equal(digits, mnist.Train.Classes.Counts());
        Assert.Equal([5, 0, 4, 1, 9], mnist.Train.Labels[..5].ToArray());
        var (sum, squares) = (0L, 0L);
        foreach (var pixel in mnist.Train.AllBytes)
        {
            sum += pixel;
            squares += pixel * pixel;
        }
        var mean = sum / 255.0 / mnist.Train.AllBytes.Length;
        Assert.Equal(0.1307, mean, 4);
        Assert.Equal(0.3081, Math.Sqrt(squares / 255.0 / 255.0 / mnist.Train.AllBytes.Length - mean * mean), 4);
        Assert.Equal(10_000, Split.Stratified(mnist.Train, 10_000, seed: 1).Held.Length);
    }

    [Fact]
    public void FashionMnistIsWhatItShouldBe()
    {
        var fashion = DataSets.LoadCached("fashion-mnist");
        Assert.SkipWhen(fashion is null, "Fashion-MNIST is not in the cache folder");
        Assert.Equal(
            (60_000, 10_000, 28, 28, 10),
            (fashion.Train.Count, fashion.Test.Count, fashion.Shape[0], fashion.Shape[1], fashion.Train.Classes.Classes)
        );
        Assert.All(fashion.Train.Classes.Counts(), n => Assert.Equal(6000, n));
        Assert.All(fashion.Test.Classes.Counts(), n => Assert.Equal(1000, n));
    }

    [Fact]
    public void TheListAgreesWithTheSets()
    {
        Assert.Equal(["mnist", "fashion-mnist", "mnist-mini", "iris"], DataSets.All.Select(info => info.Name));
        foreach (var info in DataSets.All)
        {
            if (DataSets.LoadCached(info.Name) is { } set)
            {
                Assert.Equal((info.Name, info.Train, info.Test), (set.Name, set.Train.Count, set.Test.Count));
            }
        }
    }
}

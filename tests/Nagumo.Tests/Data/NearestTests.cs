namespace Nagumo.Tests.Data;

public sealed class NearestTests
{
    private static readonly string[] names = ["mnist", "fashion-mnist", "mnist-mini"];

    [Theory]
    [InlineData("mnits", "mnist")]
    [InlineData("MNIST", "mnist")]
    [InlineData("fashoin-mnist", "fashion-mnist")]
    [InlineData("fashion", "fashion-mnist")]
    [InlineData("mnistmini", "mnist-mini")]
    [InlineData("cifar10", null)]
    [InlineData("", null)]
    public void FindsTheNameThatWasMeant(string word, string? expected) => Assert.Equal(expected, Nearest.To(word, names));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("ab", "ba", 1)]
    [InlineData("ca", "abc", 3)]
    public void KnowsDistances(string a, string b, int expected)
    {
        Assert.Equal(expected, Nearest.Distance(a, b));
        Assert.Equal(expected, Nearest.Distance(b, a));
    }

    [Fact]
    public void HintsOrLists()
    {
        Assert.Equal(" Did you mean 'mnist'?", Nearest.Hint("mnit", names));
        Assert.Equal(" Known: mnist, fashion-mnist, mnist-mini.", Nearest.Hint("cifar10", names));
    }
}

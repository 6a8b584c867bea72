using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nagumo.Compute;
using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>Compiles kernels for the widest vectors of the machine, or for those that NAGUMO_SIMD names; caches by structure.</summary>
internal static class KernelCompiler
{
    /// <summary><see cref="Widths.Default"/>, or the interpreter where no code can be emitted.</summary>
    public static Simd Default => RuntimeFeature.IsDynamicCodeSupported ? Widths.Default : Simd.Interpreter;

    /// <summary>The ways that this machine has.</summary>
    public static IReadOnlyList<Simd> Available => RuntimeFeature.IsDynamicCodeSupported ? Widths.Available : [Simd.Interpreter];

    /// <inheritdoc cref="Compile{T}(KernelDefinition, Simd)"/>
    public static Kernel<T> Compile<T>(KernelDefinition definition)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Compile<T>(definition, Default);

    /// <summary>The kernel of a definition. Thread-safe.</summary>
    /// <exception cref="ArgumentException">An output names a symbol that is no operand, or an operand occurs twice.</exception>
    public static Kernel<T> Compile<T>(KernelDefinition definition, Simd simd)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var key = new Key(definition, simd);
        // Lazy: two threads that ask for the same kernel compile it once.
        return Cache<T>
            .Kernels.GetOrAdd(
                key,
                static k => new(() => Build<T>(KernelProgram.Of(k.Definition, typeof(T) == typeof(double)), k.Definition.Name, k.Simd))
            )
            .Value;
    }

    /// <summary>The runtime compiles methods of at most 65,535 variables, and no longer well before that; the interpreter's bytes are the same.</summary>
    private const int MostEmitted = 8192;

    internal static Kernel<T> Build<T>(KernelProgram program, string name, Simd simd)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        simd switch
        {
            _ when typeof(T) != typeof(float) && typeof(T) != typeof(double) => throw new NotSupportedException(
                $"Kernels compute in float or double, not in {typeof(T).Name}."
            ),
            not Simd.Interpreter when program.Nodes.Count > MostEmitted => Build<T>(program, name, Simd.Interpreter),
            Simd.Vector512 => new EmittedKernel<T>(program, name, typeof(Lanes512<T>)),
            Simd.Vector256 => new EmittedKernel<T>(program, name, typeof(Lanes256<T>)),
            Simd.Vector128 => new EmittedKernel<T>(program, name, typeof(Lanes128<T>)),
            Simd.Scalar => new EmittedKernel<T>(program, name, typeof(Lanes1<T>)),
            _ when Lanes256<T>.IsSupported => new Interpreter<T, Vector256<T>, Lanes256<T>>(program),
            _ => new Interpreter<T, Vector128<T>, Lanes128<T>>(program),
        };

    private static class Cache<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly ConcurrentDictionary<Key, Lazy<Kernel<T>>> Kernels = new();
    }

    /// <summary>A definition by structure; the name does not count.</summary>
    private sealed class Key(KernelDefinition definition, Simd simd) : IEquatable<Key>
    {
        public KernelDefinition Definition => definition;

        public Simd Simd => simd;

        public bool Equals(Key? other) =>
            other is not null
            && simd == other.Simd
            && definition.Streams.SequenceEqual(other.Definition.Streams)
            && definition.Uniforms.SequenceEqual(other.Definition.Uniforms)
            && definition.Neighbours.SequenceEqual(other.Definition.Neighbours)
            && definition.Outputs.SequenceEqual(other.Definition.Outputs);

        public override bool Equals(object? obj) => Equals(obj as Key);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(simd);
            foreach (var symbol in definition.Streams.Concat(definition.Uniforms))
                hash.Add(symbol);
            foreach (var output in definition.Outputs)
                hash.Add(output);
            return hash.ToHashCode();
        }
    }
}
